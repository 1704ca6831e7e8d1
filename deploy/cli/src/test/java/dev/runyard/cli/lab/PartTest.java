package dev.runyard.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class PartTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aWorkerThatWasRefusedStaysDown(int exit) throws Exception {
        Path starts = folder.resolve("starts");
        Part part = worker("echo . >> " + starts + "; echo 'runyard worker: no place for it'; exit " + exit);
        part.start();
        String news = awaitNews(part);
        assertThat(news)
                .isEqualTo("worker-0 ended with " + exit + " and is not started again: no place for it (see "
                        + folder.resolve("log") + ")");
        assertThat(part.over()).isTrue();
        for (int i = 0; i < 20; i++) {
            assertThat(part.revive()).isNull();
            Thread.sleep(20);
        }
        assertThat(Files.readAllLines(starts)).hasSize(1);
    }

    /** It may work after somebody installed what is missing, so it is tried again, but not soon, and its reason is told once. */
    @Test
    void aWorkerWhoseDeviceDoesNotWorkSaysWhyAndWaits() throws Exception {
        Part part = worker("echo 'runyard worker: cuda:0 does not work: no natives'; exit 4");
        part.start();
        assertThat(awaitNews(part)).isEqualTo("cuda:0 does not work: no natives");
        assertThat(part.unfit()).isTrue();
        assertThat(part.over()).isFalse();
        for (int i = 0; i < 20; i++) {
            assertThat(part.revive()).isNull();
            Thread.sleep(20);
        }
        assertThat(part.alive()).isFalse();
    }

    @Test
    void aServiceThatCannotStartIsTriedAgain() throws Exception {
        Part part = Part.service(folder.resolve("log"), () -> List.of("sh", "-c", "exit 2"), Map.of());
        part.start();
        assertThat(awaitNews(part)).contains("starting it again");
    }

    @Test
    void aWorkerGetsNothingThatIsTheServices() throws Exception {
        // Variables cannot be set in this JVM, so another one starts the worker.
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                PartTest.class.getName(),
                folder.resolve("log").toString());
        Map<String, String> secret = Map.of(
                "RUNYARD_DB_PASSWORD", "planted-1",
                "RUNYARD_DB_URL", "jdbc:postgresql://db/lab?password=planted-2",
                "RUNYARD_SERVICE_OPTS", "-Dquarkus.datasource.password=planted-3",
                "QUARKUS_DATASOURCE_PASSWORD", "planted-4",
                "PGPASSWORD", "planted-5",
                "AWS_SECRET_ACCESS_KEY", "planted-6",
                "HF_TOKEN", "planted-7");
        builder.environment().putAll(secret);
        builder.environment().put("RUNYARD_WORKER_SECRET", "kept-1");
        builder.environment().put("RUNYARD_THREADS", "kept-2");
        builder.environment().put("CUDA_VISIBLE_DEVICES", "kept-3");
        builder.environment().put("PYTORCH_LIBRARY_PATH", "kept-4");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process starter = builder.inheritIO().start();
        assertThat(starter.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String seen = Files.readString(folder.resolve("log"));
        assertThat(seen)
                .doesNotContain("planted")
                .contains("RUNYARD_WORKER_SECRET=kept-1", "kept-2", "kept-3", "kept-4", "LC_ALL=C.UTF-8", "own=yes");
    }

    /** Starts a worker that prints its environment. */
    public static void main(String[] arguments) throws IOException {
        Part part = Part.worker("worker-0", Path.of(arguments[0]), () -> List.of("env"), Map.of("own", "yes"));
        part.start();
        part.stop(Duration.ofSeconds(1));
    }

    private Part worker(String script) {
        return Part.worker("worker-0", folder.resolve("log"), () -> List.of("sh", "-c", script), Map.of());
    }

    private static String awaitNews(Part part) throws Exception {
        for (String news = part.revive(); ; news = part.revive()) {
            if (news != null) {
                return news;
            }
            Thread.sleep(20);
        }
    }
}
