package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged product on a host whose GPU does not work: a program in {@code nvidia-smi}'s place shows two, Slurm leaves one, and what
 * lies in the places of the driver's library and of libtorch is neither. Nothing hangs, every command says why in one line, and the CPU
 * serves.
 */
@Timeout(300)
class GpuHostTest {
    private static final String GPU = "GPU-4c5f, NVIDIA A100, 81920, 80000, 0, 550.54.14, 8.0, Disabled";
    private static final String HIDDEN = "GPU-99aa, NVIDIA A100, 81920, 80000, 1, 550.54.14, 8.0, Disabled";
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private final Map<String, String> host = new HashMap<>();

    @BeforeEach
    void build() throws IOException {
        smi("echo '" + GPU + "'; echo '" + HIDDEN + "'");
        Path driver = Files.createDirectories(folder.resolve("driver"));
        // A library, but not the driver's.
        Files.copy(Path.of(System.getProperty("java.home"), "lib", "libjimage.so"), driver.resolve("libcuda.so.1"));
        host.put("LD_LIBRARY_PATH", driver.toString());
        host.put("CUDA_VISIBLE_DEVICES", "0");
        host.put("RUNYARD_THREADS", "1");
        Path lib = Files.createDirectories(folder.resolve("torch/lib"));
        for (String name : List.of("libtorch.so", "libtorch_cuda.so", "libtorch_cpu.so", "libc10.so")) {
            Files.writeString(lib.resolve(name), "no library");
        }
        Files.writeString(
                folder.resolve("torch/version.py"), "__version__ = '2.7.1+cu126'\ncuda: Optional[str] = '12.6'\n");
    }

    private void smi(String script) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path program = bin.resolve("nvidia-smi");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        host.put("PATH", bin + ":" + System.getenv("PATH"));
    }

    private LabProcess.Result run(LabProcess lab, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder command = lab.command(arguments);
        command.environment().keySet().removeIf(name -> name.startsWith("PYTORCH_"));
        command.environment().putAll(host);
        return LabProcess.run(command, SOON);
    }

    @Test
    void nothingHangsTheReasonIsShownAndTheCpuServes() throws Exception {
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), host)) {
            // A driver and no natives.
            JsonNode refused = device(lab, "cuda");
            assertThat(refused.path("why").asText())
                    .contains("libtorch 2.7.1 for CUDA is not installed; run \"runyard natives install --cuda\"");

            Path spec = Files.writeString(folder.resolve("run.yaml"), """
                    dataset: {id: shapes, train: 16, test: 10}
                    method: {kind: iip, prompts: 1}
                    schedule: {epochs: 1, warmupEpochs: 0}
                    batchSize: 8
                    augment: none
                    """);
            String id = run(lab, "submit", spec.toString()).out().strip();
            JsonNode done = lab.client().await("/api/v1/runs/" + id, SOON, run -> run.get("state")
                    .asText()
                    .matches("FINISHED|FAILED"));
            assertThat(done.get("state").asText())
                    .as(done.path("message").asText())
                    .isEqualTo("FINISHED");
            assertThat(device(lab, "cpu").path("state").asText()).isIn("FREE", "BUSY");

            // Natives that are none; a command of its own passes them over or refuses, as it was told.
            LabProcess.Result use =
                    run(lab, "natives", "use", folder.resolve("torch/lib").toString());
            assertThat(use.exit()).as(use.err()).isZero();
            LabProcess.Result doctor = run(lab, "doctor", "--deep");
            assertThat(doctor.exit()).as(doctor.out()).isEqualTo(1);
            assertThat(lines(doctor, "cuda:0"))
                    .as("the GPU that Slurm left, and why it does not compute")
                    .anyMatch(line -> line.contains("NVIDIA A100"))
                    .anyMatch(line -> line.contains("compute"));
            assertThat(doctor.out()).doesNotContain("cuda:1").contains("cpu: torch 2.7.1");
            LabProcess.Result named = run(
                    lab,
                    "train",
                    spec.toString(),
                    "--out",
                    folder.resolve("named").toString(),
                    "--device",
                    "cuda:1");
            assertThat(named.exit()).isEqualTo(2);
            assertThat(named.err())
                    .contains(
                            "there is no cuda:1 here; choose one of cpu, cuda:0 (1 more hidden by CUDA_VISIBLE_DEVICES)");

            // The driver hangs.
            smi("sleep 60 & exec sleep 60");
            LabProcess.Result hangs = run(lab, "doctor");
            assertThat(hangs.out()).contains("nvidia-smi gave no answer within 15 s");
        }
    }

    private static List<String> lines(LabProcess.Result result, String word) {
        return (result.out() + result.err())
                .lines()
                .filter(line -> line.contains(word))
                .toList();
    }

    private static JsonNode device(LabProcess lab, String kind) throws IOException, InterruptedException {
        List<JsonNode> found = new ArrayList<>();
        lab.client().await("/api/v1/devices", SOON, listed -> {
            found.clear();
            JsonNode items = listed.isArray() ? listed : listed.path("items");
            items.forEach(one -> {
                if (one.path("kind").asText().equals(kind)) {
                    found.add(one);
                }
            });
            return !found.isEmpty() && (kind.equals("cpu") || found.get(0).has("why"));
        });
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
