package dev.runyard.vision.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Certificate authorities that no Java knows, such as a lab's own. They stand beside those that it knows, not in their place. */
public final class Authorities {
    /** Names a PEM file with one certificate or several. */
    public static final String VARIABLE = "RUNYARD_CA";

    private Authorities() {}

    /**
     * Whatever this process opens from now on by Java's default trusts them.
     *
     * @throws IllegalArgumentException in one line that names the variable and the remedy
     */
    public static void trust(Map<String, String> environment) {
        context(environment).ifPresent(SSLContext::setDefault);
    }

    /**
     * Empty where none is named.
     *
     * @throws IllegalArgumentException in one line that names the variable and the remedy
     */
    public static Optional<SSLContext> context(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "").strip();
        return named.isEmpty() ? Optional.empty() : Optional.of(context(Path.of(named)));
    }

    private static SSLContext context(Path file) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers(all(file)), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot keep certificates", e);
        }
    }

    /** Those of this Java, and those of the file. */
    static KeyStore all(Path file) {
        try {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int number = 0;
            for (TrustManager manager : managers(null)) {
                if (manager instanceof X509TrustManager known) {
                    for (Certificate authority : known.getAcceptedIssuers()) {
                        all.setCertificateEntry("known-" + number++, authority);
                    }
                }
            }
            for (Certificate authority : read(file)) {
                all.setCertificateEntry("own-" + number++, authority);
            }
            return all;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot keep certificates", e);
        }
    }

    private static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static Collection<? extends Certificate> read(Path file) {
        String remedy = "; name a PEM file with the certificate of the lab's authority";
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new IllegalArgumentException(VARIABLE + ": " + file + " holds no certificate" + remedy);
            }
            return found;
        } catch (IOException e) {
            throw new IllegalArgumentException(VARIABLE + ": " + file + " cannot be read" + remedy, e);
        } catch (CertificateException e) {
            throw new IllegalArgumentException(VARIABLE + ": " + file + " holds no certificate" + remedy, e);
        }
    }
}
