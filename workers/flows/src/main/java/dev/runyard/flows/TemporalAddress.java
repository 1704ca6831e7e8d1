package dev.runyard.flows;

import io.temporal.authorization.AuthorizationGrpcMetadataProvider;
import io.temporal.serviceclient.SimpleSslContextBuilder;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where Temporal is and how one gets in. The variables are those of Temporal's own command line: {@code TEMPORAL_ADDRESS}, {@code
 * TEMPORAL_NAMESPACE}, {@code TEMPORAL_API_KEY}, {@code TEMPORAL_TLS}, {@code TEMPORAL_TLS_CLIENT_CERT_PATH}, {@code
 * TEMPORAL_TLS_CLIENT_KEY_PATH}, {@code TEMPORAL_TLS_SERVER_CA_CERT_PATH}, {@code TEMPORAL_TLS_SERVER_NAME}.
 *
 * @param target host:port
 * @param key what every call carries as bearer; null: nothing
 * @param tls whether calls are encrypted
 * @param certificate our own, PEM; null: the server asks for none
 * @param certificateKey its key, PKCS#8
 * @param authority who vouches for the server, PEM; null: those that the JDK knows
 * @param serverName the server's certificate names; null: as the target
 */
public record TemporalAddress(
        String target,
        String namespace,
        @Nullable String key,
        boolean tls,
        @Nullable Path certificate,
        @Nullable Path certificateKey,
        @Nullable Path authority,
        @Nullable String serverName) {

    /**
     * What the environment says, else what is given.
     *
     * @throws IllegalArgumentException in one line that names the variable and the remedy
     */
    public static TemporalAddress of(
            Map<String, String> environment, String target, String namespace, @Nullable String key) {
        Path certificate = file(environment, "TEMPORAL_TLS_CLIENT_CERT_PATH");
        Path certificateKey = file(environment, "TEMPORAL_TLS_CLIENT_KEY_PATH");
        if ((certificate == null) != (certificateKey == null)) {
            throw new IllegalArgumentException(
                    "TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH belong together; one is not set");
        }
        Path authority = file(environment, "TEMPORAL_TLS_SERVER_CA_CERT_PATH");
        boolean tls = certificate != null
                || authority != null
                || said(environment, "TEMPORAL_TLS")
                        .filter(v -> v.equals("true") || v.equals("1"))
                        .isPresent();
        return new TemporalAddress(
                said(environment, "TEMPORAL_ADDRESS").orElse(target),
                said(environment, "TEMPORAL_NAMESPACE").orElse(namespace),
                said(environment, "TEMPORAL_API_KEY").orElse(key),
                tls,
                certificate,
                certificateKey,
                authority,
                said(environment, "TEMPORAL_TLS_SERVER_NAME").orElse(null));
    }

    private static Optional<String> said(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
    }

    private static @Nullable Path file(Map<String, String> environment, String name) {
        Path path = said(environment, name).map(Path::of).orElse(null);
        if (path != null && !Files.isReadable(path)) {
            throw new IllegalArgumentException(name + ": " + path + " cannot be read; name a PEM file of this machine");
        }
        return path;
    }

    /**
     * How to connect.
     *
     * @throws IllegalArgumentException in one line when a certificate or key cannot be read
     */
    public WorkflowServiceStubsOptions.Builder options() {
        WorkflowServiceStubsOptions.Builder options =
                WorkflowServiceStubsOptions.newBuilder().setTarget(target);
        if (tls) {
            secure(options);
            if (serverName != null) {
                options.setChannelInitializer(channel -> channel.overrideAuthority(serverName));
            }
        }
        if (key != null) {
            options.addGrpcMetadataProvider(new AuthorizationGrpcMetadataProvider(() -> "Bearer " + key));
        }
        return options;
    }

    private void secure(WorkflowServiceStubsOptions.Builder options) {
        try {
            if (certificate != null && certificateKey != null) {
                try (InputStream cert = Files.newInputStream(certificate);
                        InputStream own = Files.newInputStream(certificateKey)) {
                    options.setSslContext(trusting(SimpleSslContextBuilder.forPKCS8(cert, own))
                            .build());
                }
            } else {
                options.setSslContext(
                        trusting(SimpleSslContextBuilder.noKeyOrCertChain()).build());
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the TLS files for Temporal cannot be used (" + e.getMessage()
                            + "); TEMPORAL_TLS_CLIENT_CERT_PATH, _CLIENT_KEY_PATH (PKCS#8) and _SERVER_CA_CERT_PATH are PEM",
                    e);
        }
    }

    private SimpleSslContextBuilder trusting(SimpleSslContextBuilder builder)
            throws IOException, GeneralSecurityException {
        if (authority == null) {
            return builder;
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            int n = 0;
            for (Certificate one : found) {
                store.setCertificateEntry("authority-" + n++, one);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return builder.setTrustManager(factory.getTrustManagers()[0]);
    }

    /** Without the key, which has no place in a log. */
    @Override
    public String toString() {
        return target + "/" + namespace + (tls ? " (TLS)" : "");
    }
}
