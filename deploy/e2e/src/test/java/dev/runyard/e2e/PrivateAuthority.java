package dev.runyard.e2e;

import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority as an institution has one, and a certificate of it for {@code localhost}; made by {@code keytool}. */
final class PrivateAuthority {
    private static final String PASSWORD = "changeit";

    private final Path folder;

    private PrivateAuthority(Path folder) {
        this.folder = folder;
    }

    static PrivateAuthority make(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        PrivateAuthority made = new PrivateAuthority(folder);
        made.tool("ca", "-genkeypair", "-keyalg", "EC", "-dname", "CN=The institution", "-ext", "bc:c=ca:true");
        made.tool("ca", "-exportcert", "-rfc", "-file", made.certificate().toString());
        made.tool("lab", "-genkeypair", "-keyalg", "EC", "-dname", "CN=localhost");
        made.tool("lab", "-certreq", "-file", made.path("lab.csr"));
        made.tool(
                "ca",
                "-gencert",
                "-rfc",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-infile",
                made.path("lab.csr"),
                "-outfile",
                made.path("lab.pem"));
        made.tool(
                "lab",
                "-importcert",
                "-alias",
                "ca",
                "-noprompt",
                "-file",
                made.certificate().toString());
        made.tool("lab", "-importcert", "-file", made.path("lab.pem"));
        return made;
    }

    /** The authority's own, PEM. */
    Path certificate() {
        return folder.resolve("ca.pem");
    }

    /** For whoever serves as localhost. */
    SSLContext serving() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("lab.p12"))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    /** For whoever trusts this authority and no other. */
    SSLContext trusting() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate())) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private void tool(String store, String command, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), command));
        all.addAll(List.of(arguments));
        all.addAll(List.of("-storetype", "PKCS12", "-keystore", path(store + ".p12"), "-storepass", PASSWORD));
        if (!all.contains("-alias")) {
            all.addAll(List.of("-alias", store));
        }
        LabProcess.Result result = LabProcess.run(new ProcessBuilder(all), Duration.ofMinutes(1));
        if (result.exit() != 0) {
            throw new IOException(String.join(" ", all) + " failed: " + result.out() + result.err());
        }
    }
}
