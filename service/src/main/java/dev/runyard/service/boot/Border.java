package dev.runyard.service.boot;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the lab and a network: nothing, for a lab on loopback; a certificate of its own; or a proxy that has one.
 *
 * @param certificate PEM file with the chain ({@code RUNYARD_TLS_CERT}); read again when it changes
 * @param key PEM file with its key ({@code RUNYARD_TLS_KEY})
 * @param proxy address under which people open the lab ({@code RUNYARD_BEHIND_PROXY}, https://name)
 * @param proxies addresses from which the proxy asks ({@code RUNYARD_PROXY_ADDRESS}, default 127.0.0.1); nobody else is believed where a
 *     request says it comes from
 */
public record Border(Optional<Path> certificate, Optional<Path> key, Optional<URI> proxy, List<String> proxies) {
    private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f.:]+(/\\d{1,3})?|[A-Za-z0-9][A-Za-z0-9.-]*");

    static Border read(Function<String, Optional<String>> given) {
        Optional<Path> certificate = given.apply("tls.cert").map(text -> file("RUNYARD_TLS_CERT", text));
        Optional<Path> key = given.apply("tls.key").map(text -> file("RUNYARD_TLS_KEY", text));
        if (certificate.isPresent() != key.isPresent()) {
            throw new StartFailure(
                    (certificate.isPresent() ? "RUNYARD_TLS_CERT" : "RUNYARD_TLS_KEY")
                            + " is set without its other half",
                    "set both RUNYARD_TLS_CERT and RUNYARD_TLS_KEY to PEM files");
        }
        List<String> proxies = given.apply("proxy.address")
                .map(text ->
                        Arrays.stream(text.split(",", -1)).map(Border::from).toList())
                .orElse(List.of("127.0.0.1"));
        return new Border(certificate, key, given.apply("behind.proxy").map(Border::address), proxies);
    }

    /**
     * The pair that it serves with, where it has one of its own.
     *
     * @throws StartFailure where that pair cannot serve
     */
    public Optional<CertificatePair> pair() {
        return certificate.map(file -> {
            try {
                return CertificatePair.read(file, key.orElseThrow(), Instant.now());
            } catch (CertificatePair.Unusable e) {
                throw new StartFailure(
                        "the certificate in " + file + " " + e.getMessage(),
                        "put a certificate with its chain at RUNYARD_TLS_CERT, and its key, as PEM without a password, at"
                                + " RUNYARD_TLS_KEY",
                        e);
            }
        });
    }

    /** Whether people reach the lab encrypted. */
    public boolean encrypted() {
        return certificate.isPresent() || proxy.isPresent();
    }

    /** @throws StartFailure where the lab would be open to the network without encryption */
    public void allows(String bind) {
        if (!HttpAddress.loopback(bind) && !encrypted()) {
            throw new StartFailure(
                    "RUNYARD_BIND=" + bind + " would send passwords over the network in the clear",
                    "set RUNYARD_TLS_CERT and RUNYARD_TLS_KEY, or RUNYARD_BEHIND_PROXY=https://name for a proxy that has a"
                            + " certificate, or leave it at 127.0.0.1");
        }
    }

    /** An address, a network, or a name. */
    private static String from(String text) {
        String given = text.strip();
        if (!ADDRESS.matcher(given).matches()) {
            throw new StartFailure(
                    "RUNYARD_PROXY_ADDRESS holds \"" + given + "\"",
                    "give the address or network from which the proxy asks, such as 127.0.0.1 or 10.0.0.0/8; several with commas");
        }
        return given;
    }

    private static Path file(String name, String text) {
        Path file = Path.of(text).toAbsolutePath();
        if (!Files.isReadable(file)) {
            throw new StartFailure(
                    name + " is " + file + ", which cannot be read", "name a PEM file that this account may read");
        }
        return file;
    }

    private static URI address(String text) {
        try {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if ("https".equals(uri.getScheme())
                    && uri.getHost() != null
                    && path(uri.getPath()) == null
                    && uri.getQuery() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the one message.
        }
        throw new StartFailure(
                "RUNYARD_BEHIND_PROXY is \"" + text + "\"",
                "write the address that people open, as https://lab.example.org");
    }

    private static @Nullable String path(@Nullable String path) {
        return path == null || path.isEmpty() ? null : path;
    }
}
