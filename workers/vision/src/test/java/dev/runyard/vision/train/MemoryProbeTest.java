package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A step that asks for more memory than its process may have: a process of its own, whose address space ends. */
class MemoryProbeTest {
    private static final int BATCH = 128;
    /** What would fit, or where trying finds nothing out, what else to lower. */
    private static final Pattern REMEDY =
            Pattern.compile("set microBatch: (8|16|32|64), or a batchSize of as many|lower batchSize");

    @Test
    void theReasonIsMemoryAndTheRemedyIsSaid(@TempDir Path dir) throws Exception {
        ProcessBuilder limited = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Limited.class.getName(),
                        dir.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        // Else each thread takes 64 MiB of addresses for itself, at a time of its own.
        limited.environment().put("MALLOC_ARENA_MAX", "1");
        Process process = limited.start();
        List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).startsWith("Finished");
        assertThat(said.get(1)).startsWith("OUT_OF_MEMORY: ").containsPattern(REMEDY);
    }

    /** One step of a network that sees its images at 224 px: of a few images, and of too many. */
    static final class Limited {
        private static final long ROOM = 350L << 20;

        private Limited() {}

        public static void main(String[] arguments) throws Exception {
            Path dir = Path.of(arguments[0]);
            System.out.println(trained(dir, 8, 4)); // the engine is loaded, its threads are there
            limit();
            System.out.println(trained(dir, BATCH, BATCH));
        }

        private static void limit() throws Exception {
            long peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmPeak:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow();
            int code = new ProcessBuilder(
                            "prlimit", "--pid=" + ProcessHandle.current().pid(), "--as=" + (peak + ROOM))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("prlimit ended with " + code);
            }
        }

        private static String trained(Path dir, int batchSize, int microBatch) {
            ObjectNode spec = Json.mapper().createObjectNode();
            spec.putObject("dataset")
                    .put("id", "shapes")
                    .put("train", Math.max(10, batchSize))
                    .put("test", 10);
            spec.putObject("method")
                    .put("kind", "pgn")
                    .put("resolution", 224)
                    .put("prompts", 2)
                    .put("librarySize", 4);
            spec.putObject("schedule").put("epochs", 1).put("warmupEpochs", 0);
            spec.put("batchSize", batchSize).put("augment", "none").put("microBatch", microBatch);
            try {
                Path run = dir.resolve(batchSize + "-" + microBatch);
                return new Training(Json.read(spec, RunSpec.class), run, TrainingOptions.cpu(dir.resolve("cache")))
                        .run(new TrainingListener() {})
                        .toString();
            } catch (TrainingFailure e) {
                return e.reason() + ": " + e.getMessage();
            }
        }
    }
}
