package dev.runyard.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.boot.Ports;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process as a person meets it when it cannot start: one line, exit code 2. */
final class MainTest {
    @TempDir
    Path home;

    @Test
    void aLabIsNotOpenedToTheNetworkInTheClear() throws Exception {
        assertThat(line(Map.of("RUNYARD_BIND", "0.0.0.0")))
                .startsWith("runyard: RUNYARD_BIND=0.0.0.0 ")
                .contains("RUNYARD_TLS_CERT", "RUNYARD_BEHIND_PROXY", "127.0.0.1");
    }

    @Test
    void halfABorderIsNone() throws Exception {
        assertThat(line(Map.of("RUNYARD_TLS_CERT", home.resolve("nothing.pem").toString())))
                .startsWith("runyard: RUNYARD_TLS_CERT is ")
                .contains("cannot be read");
        Path pem = java.nio.file.Files.writeString(home.resolve("half.pem"), "x");
        assertThat(line(Map.of("RUNYARD_TLS_CERT", pem.toString()))).contains("without its other half");
        assertThat(line(Map.of("RUNYARD_BEHIND_PROXY", "http://lab.example.org")))
                .startsWith("runyard: RUNYARD_BEHIND_PROXY is ")
                .contains("https://");
    }

    @Test
    void aBucketThatDoesNotAnswerIsSaidInOneLine() throws Exception {
        assertThat(line(Map.of(
                        "RUNYARD_ARTIFACTS", "s3://blobs",
                        "RUNYARD_S3_ENDPOINT", "http://127.0.0.1:1",
                        "RUNYARD_S3_ACCESS_KEY", "a",
                        "RUNYARD_S3_SECRET_KEY", "b")))
                .startsWith("runyard: RUNYARD_S3_ENDPOINT is \"http://127.0.0.1:1\"");
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsSaidInOneLine() throws Exception {
        assertThat(line(Map.of("RUNYARD_DB_URL", "jdbc:postgresql://127.0.0.1:1/lab")))
                .startsWith("runyard: cannot connect to the Postgres at RUNYARD_DB_URL");
    }

    private String line(Map<String, String> environment) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                // As what Quarkus starts the packaged service with does first of all.
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        builder.environment().put("RUNYARD_HOME", home.toString());
        // The usual port may be another lab's, which would be a second line.
        builder.environment().put("RUNYARD_PORT", Integer.toString(Ports.free()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        List<String> said = process.errorReader().lines().toList();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(said).hasSize(1);
        return said.get(0);
    }
}
