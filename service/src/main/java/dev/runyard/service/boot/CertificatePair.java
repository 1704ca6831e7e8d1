package dev.runyard.service.boot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A certificate and its key, as they lie in two PEM files, looked at before anything is to serve with them.
 *
 * @param leaf the lab's own; authorities may follow it in the file
 */
public record CertificatePair(X509Certificate leaf) {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private static final Pattern KEY = Pattern.compile(
            "-----BEGIN (RSA |EC )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END (RSA |EC )?PRIVATE KEY-----");
    private static final byte[] SAMPLE = "runyard".getBytes(StandardCharsets.US_ASCII);

    /**
     * Reads both and holds them against each other.
     *
     * @throws Unusable in words that follow "the certificate in FILE"; nothing of the key is repeated
     */
    public static CertificatePair read(Path certificate, Path key, Instant now) throws Unusable {
        try {
            X509Certificate leaf = leaf(certificate);
            if (leaf.getNotAfter().toInstant().isBefore(now)) {
                throw new Unusable("ended at " + leaf.getNotAfter().toInstant());
            }
            PrivateKey secret = key(key, leaf.getPublicKey().getAlgorithm());
            if (secret != null && !belongs(secret, leaf.getPublicKey())) {
                throw new Unusable("does not belong to the key in " + key);
            }
            return new CertificatePair(leaf);
        } catch (IOException e) {
            throw new Unusable(
                    "or its key in " + key + " cannot be read (" + e.getClass().getSimpleName() + ")");
        } catch (CertificateException e) {
            throw new Unusable("is none: no certificate in PEM can be read");
        } catch (GeneralSecurityException e) {
            throw new Unusable("has no usable key in " + key);
        }
    }

    private static X509Certificate leaf(Path file) throws IOException, CertificateException, Unusable {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (all.isEmpty()) {
                throw new Unusable("is none: the file is empty");
            }
            return (X509Certificate) all.iterator().next();
        }
    }

    /** Null for the older forms of one algorithm each, which the JDK cannot read; the server can. */
    private static @Nullable PrivateKey key(Path file, String algorithm)
            throws IOException, GeneralSecurityException, Unusable {
        Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new Unusable("has no key: " + file + " holds no PRIVATE KEY in PEM without a password");
        }
        if (pem.group(1) != null) {
            return null;
        }
        byte[] der = Base64.getMimeDecoder().decode(Objects.requireNonNull(pem.group(2)));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static boolean belongs(PrivateKey secret, PublicKey open) throws GeneralSecurityException {
        String algorithm =
                switch (open.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> open.getAlgorithm();
                };
        Signature made = Signature.getInstance(algorithm);
        made.initSign(secret);
        made.update(SAMPLE);
        byte[] signature = made.sign();
        Signature checked = Signature.getInstance(algorithm);
        checked.initVerify(open);
        checked.update(SAMPLE);
        return checked.verify(signature);
    }

    /** Under which names and addresses it may be shown, in small letters; patterns with a star are none. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = leaf.getSubjectAlternativeNames();
            for (List<?> one : all == null ? List.<List<?>>of() : all) {
                int kind = (Integer) one.get(0);
                String name = String.valueOf(one.get(1)).toLowerCase(Locale.ROOT);
                if (kind == DNS_NAME && !name.contains("*")) {
                    names.add(name);
                } else if (kind == IP_ADDRESS) {
                    names.add(name.contains(":") ? "[" + name + "]" : name);
                }
            }
        } catch (CertificateException e) {
            // It has none that can be read.
        }
        return names;
    }

    public Instant ends() {
        return leaf.getNotAfter().toInstant();
    }

    /** Why a pair cannot serve. */
    public static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message);
        }
    }
}
