package dev.runyard.service.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real pairs, as {@code keytool} makes them, and what is wrong with others. */
final class CertificatePairTest {
    @TempDir
    Path folder;

    private record Pair(Path certificate, Path key) {}

    private Pair made(String name, String... options) throws Exception {
        Path store = folder.resolve(name + ".p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-dname",
                "CN=lab",
                "-ext",
                "san=dns:Lab.Example.org,dns:*.example.org,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit"));
        command.addAll(List.of(options));
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .start();
        assertThat(keytool.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue())
                .as(Files.readString(folder.resolve(name + ".out")))
                .isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        return new Pair(
                pem(name + ".pem", "CERTIFICATE", keys.getCertificate("a").getEncoded()),
                pem(
                        name + ".key",
                        "PRIVATE KEY",
                        Objects.requireNonNull(keys.getKey("a", "changeit".toCharArray()))
                                .getEncoded()));
    }

    private Path pem(String name, String kind, byte[] der) throws Exception {
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind
                        + "-----\n");
    }

    @Test
    void whatServesIsTakenAndSaysItsNames() throws Exception {
        for (String[] algorithm : new String[][] {
            {"-keyalg", "EC", "-groupname", "secp256r1"}, {"-keyalg", "RSA", "-keysize", "2048"}, {"-keyalg", "Ed25519"}
        }) {
            Pair pair = made(algorithm[1], algorithm);
            CertificatePair read = CertificatePair.read(pair.certificate(), pair.key(), Instant.now());
            assertThat(read.names()).containsExactly("lab.example.org", "127.0.0.1");
            assertThat(read.ends()).isAfter(Instant.now());
            assertThatThrownBy(() -> CertificatePair.read(
                            pair.certificate(), pair.key(), Instant.now().plus(Duration.ofDays(3_650))))
                    .isInstanceOf(CertificatePair.Unusable.class)
                    .hasMessageStartingWith("ended at ");
        }
    }

    @Test
    void whatCannotServeIsRefusedWithTheCauseAndNothingOfTheKey() throws Exception {
        Pair one = made("one", "-keyalg", "EC", "-groupname", "secp256r1");
        Pair other = made("other", "-keyalg", "EC", "-groupname", "secp256r1");
        refused(one.certificate(), other.key(), "does not belong to the key");
        refused(one.key(), one.key(), "no certificate in PEM");
        refused(one.certificate(), one.certificate(), "holds no PRIVATE KEY in PEM");
        refused(folder.resolve("none"), one.key(), "cannot be read");
        Path cut = Files.writeString(folder.resolve("cut"), "");
        refused(cut, one.key(), "is none");
        String key = Files.readString(one.key());
        Path locked = Files.writeString(folder.resolve("locked"), key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
        refused(one.certificate(), locked, "without a password");
        Path broken =
                Files.writeString(folder.resolve("broken"), key.replaceFirst("\n.{20}", "\nAAAAAAAAAAAAAAAAAAAA"));
        refused(one.certificate(), broken, "no usable key");
    }

    private static void refused(Path certificate, Path key, String why) {
        assertThatThrownBy(() -> CertificatePair.read(certificate, key, Instant.now()))
                .isInstanceOf(CertificatePair.Unusable.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("AAAA");
    }
}
