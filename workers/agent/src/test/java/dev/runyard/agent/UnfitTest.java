package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.vision.device.Natives;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker's own process where its device does not work: it says so, to the service too, and ends at once. */
@Timeout(240)
class UnfitTest {
    private static final String GPU = "GPU-4c5f, NVIDIA A100, 81920, 80000, 0, 550.54.14, 8.0, Disabled";

    @TempDir
    Path home;

    @Test
    void aDriverWithoutNatives() throws Exception {
        assertUnfit(
                Map.of("RUNYARD_DEVICE", "cuda:0"),
                "cuda:0 (NVIDIA A100) does not work: libtorch 2.7.1 for CUDA is not installed; run \"runyard natives install"
                        + " --cuda\"");
    }

    @Test
    void nativesThatDoNotLoad() throws Exception {
        Path lib = Files.createDirectories(home.resolve("torch/lib"));
        for (String name : new String[] {"libtorch.so", "libtorch_cuda.so", "libtorch_cpu.so", "libc10.so"}) {
            Files.writeString(lib.resolve(name), "no library");
        }
        Natives.remember(home, lib);
        assertUnfit(Map.of("RUNYARD_DEVICE", "cuda:0"), "cuda:0 (NVIDIA A100) does not work: ");
    }

    /** Natives are unpacked into an empty cache, which takes longer than that: as slow as a driver that hangs. */
    @Test
    void aDeviceThatGivesNoAnswerInTime() throws Exception {
        assertUnfit(
                Map.of(
                        "RUNYARD_DEVICE",
                        "cpu",
                        "RUNYARD_READY",
                        "1",
                        "DJL_CACHE_DIR",
                        home.resolve("djl").toString()),
                "does not work: it gave no answer within 1 s, so its driver hangs");
    }

    private void assertUnfit(Map<String, String> settings, String why) throws Exception {
        try (LedgerServer ledger = new LedgerServer()) {
            Path log = home.resolve("log");
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-cp",
                            System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                            Agent.class.getName())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().keySet().removeIf(name -> name.matches("(RUNYARD|CUDA|PYTORCH)_.*"));
            builder.environment()
                    .putAll(Map.of(
                            "RUNYARD_HOME",
                            home.toString(),
                            "RUNYARD_URL",
                            ledger.url().toString(),
                            "RUNYARD_WORKER_SECRET",
                            LedgerServer.SECRET,
                            "PATH",
                            smi() + ":" + System.getenv("PATH")));
            builder.environment().putAll(settings);
            Process worker = builder.start();
            boolean ended = worker.waitFor(100, TimeUnit.SECONDS);
            worker.destroyForcibly();
            String said = Files.readString(log, StandardCharsets.UTF_8);
            assertThat(ended).as(said).isTrue();
            assertThat(worker.exitValue()).as(said).isEqualTo(4);
            assertThat(said).contains("runyard worker: ").contains(why);
            assertThat(ledger.unfit()).contains(why);
            assertThat(ledger.seen().left()).isFalse();
        }
    }

    private Path smi() throws IOException {
        Path bin = Files.createDirectories(home.resolve("bin"));
        Path program = bin.resolve("nvidia-smi");
        Files.writeString(program, "#!/bin/sh\necho '" + GPU + "'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin;
    }
}
