package dev.runyard.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.vision.device.LocalDevice;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes of a program in the worker's place: with a GPU it says that it does not work, with the CPU it serves. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class WorkersTest {
    private static final String PROGRAM = """
            package dev.runyard.agent;
            public final class Agent {
                public static void main(String[] arguments) throws Exception {
                    if (System.getenv("RUNYARD_DEVICE").startsWith("cuda")) {
                        System.err.println("runyard worker: cuda:0 (A100) does not work: no natives");
                        System.exit(4);
                    }
                    if (System.getenv("RUNYARD_DEVICE").equals("idle")) {
                        System.exit(5);
                    }
                    Thread.sleep(600_000);
                }
            }
            """;

    @TempDir
    Path folder;

    private final List<String> news = new ArrayList<>();
    private Workers workers;

    @BeforeEach
    void install() throws IOException {
        Path source =
                Files.createDirectories(folder.resolve("src/dev/runyard/agent")).resolve("Agent.java");
        Files.writeString(source, PROGRAM);
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", folder.resolve("src").toString(), source.toString()))
                .isZero();
        Path lib = Files.createDirectories(folder.resolve("installed/agent/lib"));
        try (OutputStream out = Files.newOutputStream(lib.resolve("agent.jar"));
                JarOutputStream jar = new JarOutputStream(out)) {
            jar.putNextEntry(new JarEntry("dev/runyard/agent/Agent.class"));
            jar.write(Files.readAllBytes(folder.resolve("src/dev/runyard/agent/Agent.class")));
        }
    }

    @AfterEach
    void stop() {
        if (workers != null) {
            workers.ask();
            workers.stop();
        }
    }

    private void begin(WorkerStart... starts) throws IOException {
        LabHome home = new LabHome(folder.resolve("home"));
        home.prepare();
        workers = new Workers(
                home, new Installation(folder.resolve("installed")), "http://127.0.0.1:1", List.of(starts), news::add);
        workers.start();
    }

    private static WorkerStart gpu(boolean given) {
        return new WorkerStart("cuda:0", Map.of("RUNYARD_DEVICE", "cuda:0"), given);
    }

    @Test
    void whereNoGpuWorksTheCpuServes() throws Exception {
        begin(gpu(false), gpu(false));
        while (workers.parts().size() < 3) {
            workers.tick();
            Thread.sleep(20);
        }
        assertThat(workers.parts().get(2).alive()).isTrue();
        assertThat(workers.none()).isFalse();
        for (int i = 0; i < 50; i++) {
            workers.tick();
            Thread.sleep(20);
        }
        assertThat(workers.parts()).hasSize(3);
        assertThat(workers.parts().get(2).alive()).isTrue();
        assertThat(news)
                .containsOnlyOnce("no GPU works here, so the CPU serves; \"runyard doctor\" says what is missing")
                .contains("cuda:0 (A100) does not work: no natives");
    }

    /** Who named a device wants no other; what waits for it is told at once. */
    @Test
    void aDeviceThatWasNamedIsNotReplaced() throws Exception {
        begin(gpu(true));
        while (!workers.none()) {
            workers.tick();
            Thread.sleep(20);
        }
        assertThat(workers.parts()).hasSize(1);
        assertThat(workers.lastWords()).isEqualTo("cuda:0 (A100) does not work: no natives");
    }

    /** A GPU that does not work is tried again without end, which keeps nobody here. */
    @Test
    void whoeverHadNothingToDoIsNotStartedAgain() throws Exception {
        begin(gpu(false), new WorkerStart("cpu", Map.of("RUNYARD_DEVICE", "idle"), true));
        while (!workers.idle()) {
            workers.tick();
            Thread.sleep(20);
        }
        assertThat(workers.parts()).hasSize(2).noneMatch(Part::alive);
        assertThat(news).contains("worker-1 had no run to work on, and leaves");
    }

    /** A job whose other worker has a run for long goes on; what left for want of one comes back. */
    @Test
    void whoeverLeftComesBackWhereAnotherWorks() throws Exception {
        begin(
                new WorkerStart("busy", Map.of("RUNYARD_DEVICE", "cpu"), true),
                new WorkerStart("cpu", Map.of("RUNYARD_DEVICE", "idle"), true));
        String left = "worker-1 had no run to work on, and leaves";
        while (news.stream().filter(left::equals).count() < 2) {
            workers.tick();
            assertThat(workers.idle()).isFalse();
            Thread.sleep(20);
        }
        assertThat(workers.parts().get(0).alive()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"90,PT1M40S", "5,PT40S", "'',PT40S", "soon,PT40S"})
    void aWorkerHasItsGraceBeforeItIsEnded(String asked, Duration patience) {
        assertThat(Workers.grace(Map.of("RUNYARD_GRACE", asked))).isEqualTo(patience);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,3", "64,64", "6GiB,13", "40GiB,2", "512MiB,64", "1.5GiB,53"})
    void slotsAreANumberOrWhatARunNeeds(String text, int shares) {
        assertThat(WorkerStart.shares(text, new LocalDevice("GPU-1", "cuda", "A100", 80L << 30, 1, 0, null)))
                .isEqualTo(shares);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65", "-1", "", "six", "6GB", "0GiB", "1MiB", "81GiB", "1e3"})
    void otherSlotsAreRefused(String text) {
        assertThatThrownBy(
                        () -> WorkerStart.shares(text, new LocalDevice("GPU-1", "cuda", "A100", 80L << 30, 1, 0, null)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("RUNYARD_SLOTS");
    }

    /** A model of 1.2 GB passes through direct memory on a machine of 24 GiB, also beside a second worker. */
    @Test
    void memoryIsByTheMachine() {
        assertThat(Installation.memory(24L << 30, 1))
                .containsExactly("-Xmx6144m", "-XX:MaxDirectMemorySize=12288m", "-XX:+ExitOnOutOfMemoryError");
        assertThat(Installation.memory(24L << 30, 2)).contains("-Xmx3072m", "-XX:MaxDirectMemorySize=6144m");
        assertThat(Installation.memory(2L << 30, 1)).contains("-Xmx512m", "-XX:MaxDirectMemorySize=1024m");
        assertThat(Installation.memory(1L << 40, 1)).contains("-Xmx8192m", "-XX:MaxDirectMemorySize=65536m");
    }
}
