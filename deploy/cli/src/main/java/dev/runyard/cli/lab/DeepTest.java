package dev.runyard.cli.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.vision.device.LocalDevice;
import dev.runyard.vision.device.SelfTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** {@link SelfTest} in a process of its own: natives that crash or hang end it and nothing else. */
final class DeepTest {
    /** The first load of natives unpacks or reads gigabytes. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private DeepTest() {}

    /** @param remedy empty when all is well */
    record Result(boolean good, String line, String remedy) {}

    static Result of(LocalDevice device, LabHome home) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dslf4j.internal.verbosity=ERROR",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-XX:ErrorFile=" + home.log("crash-%p"),
                "-cp",
                System.getProperty("java.class.path"),
                SelfTest.class.getName(),
                device.cuda() ? "cuda:0" : "cpu",
                home.folder().toString());
        if (device.cuda()) {
            builder.environment().put("CUDA_VISIBLE_DEVICES", device.key());
        }
        builder.environment()
                .putIfAbsent("DJL_CACHE_DIR", home.folder().resolve("djl").toString());
        Path out = Files.createTempFile("deep", ".out");
        try {
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Result(
                        false,
                        "no answer within " + PATIENCE.toSeconds() + " s",
                        "its driver hangs: load it anew or restart the machine");
            }
            return read(process.exitValue(), Files.readAllLines(out), home);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(false, "not tried to the end", "try again");
        } finally {
            Files.deleteIfExists(out);
        }
    }

    private static Result read(int exit, List<String> lines, LabHome home) {
        JsonNode said = lines.isEmpty() ? new ObjectMapper().createObjectNode() : tree(lines.get(lines.size() - 1));
        if (!said.has("checks")) {
            return new Result(
                    false,
                    "the process ended with " + exit + (lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1)),
                    "see " + home.log("crash-*") + "; natives of another version crash like this");
        }
        List<String> words = new ArrayList<>();
        for (JsonNode check : said.path("checks")) {
            String fault = check.path("fault").asText("");
            if (!check.path("fault").isNull() && !fault.isEmpty()) {
                return new Result(false, check.path("name").asText() + " failed", fault);
            }
            double rate = check.path("gigaflops").asDouble();
            words.add(
                    check.path("name").asText() + (rate > 0 ? String.format(Locale.ROOT, " %,.0f GFLOP/s", rate) : ""));
        }
        return new Result(
                true, "torch " + said.path("torch").asText() + ", " + String.join(", ", words) + " right", "");
    }

    private static JsonNode tree(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (JsonProcessingException e) {
            return new ObjectMapper().createObjectNode();
        }
    }
}
