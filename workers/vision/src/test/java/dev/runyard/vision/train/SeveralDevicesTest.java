package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One run on two devices: here two processes on the CPU. */
class SeveralDevicesTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path dir;

    /** 11 images to a batch, so that shares are of 5 and 6, and of 3 and 4 in the last. */
    private static ObjectNode spec(String method) {
        ObjectNode spec = Json.mapper().createObjectNode();
        spec.putObject("dataset").put("id", "shapes").put("train", 40).put("test", 10);
        spec.putObject("backbone").put("weights", "small-vit");
        ObjectNode kind = spec.putObject("method").put("kind", method);
        if (method.equals("pgn")) {
            kind.put("resolution", 48).put("prompts", 3).put("librarySize", 8);
        }
        spec.putObject("optimizer").put("learningRate", 0.05);
        spec.putObject("schedule").put("epochs", 2).put("warmupEpochs", 0);
        spec.put("batchSize", 11).put("augment", "flip-crop");
        return spec;
    }

    private Recorder trained(ObjectNode spec, String name, List<String> others, Recorder recorder) {
        TrainingOptions options = new TrainingOptions(1, "cpu", others, dir.resolve("cache"), Places.none());
        Outcome outcome = new Training(Json.read(spec, RunSpec.class), dir.resolve(name), options).run(recorder);
        assertThat(outcome).isInstanceOfAny(Outcome.Finished.class, Outcome.GivenBack.class);
        return recorder;
    }

    private static void near(Map<Long, Double> found, Map<Long, Double> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((step, loss) ->
                assertThat(found.get(step)).isCloseTo(loss, within(TOLERANCE * Math.max(1, Math.abs(loss)))));
    }

    /** Sums of another order, so not to the bit. Stopped and taken up on two, it goes on to the bit. */
    @Test
    void twoLearnWhatOneDoesAndAreResumedBitForBit() throws IOException {
        ObjectNode spec = spec("iip");
        Recorder one = trained(spec, "one", List.of(), new Recorder());
        spec.put("devices", 2);
        Recorder two = trained(spec, "two", List.of("cpu"), new Recorder());
        near(losses(two), losses(one));
        near(two.metrics.get("train/top1"), one.metrics.get("train/top1"));
        Map<String, float[]> expected = weights("one");
        weights("two")
                .forEach((name, values) ->
                        assertThat(values).as(name).containsExactly(expected.get(name), within((float) TOLERANCE)));

        Map<Long, Double> parts =
                new HashMap<>(losses(trained(spec, "parts", List.of("cpu"), new Recorder(3, Order.PAUSE))));
        parts.putAll(losses(trained(spec, "parts", List.of("cpu"), new Recorder())));
        assertThat(parts).isEqualTo(losses(two));
    }

    /** Batch norm is by the share, as it is by the micro-batch. */
    @Test
    void statisticsOfABatchAreThoseOfAShare() {
        ObjectNode spec = spec("pgn").put("batchSize", 10);
        Recorder halves = trained(spec.put("microBatch", 5), "halves", List.of(), new Recorder());
        spec.remove("microBatch");
        Recorder two = trained(spec.put("devices", 2), "two", List.of("cpu"), new Recorder());
        near(losses(two), losses(halves));
    }

    /** Parameters, gradients and scores cross once for each other device, however many tensors a method has: a GPU waits each time. */
    @Test
    void aStepCrossesAsOftenWhateverIsTrained() {
        for (String method : List.of("iip", "pgn")) {
            Recorder two =
                    trained(spec(method).put("devices", 2), "crossing-" + method, List.of("cpu"), new Recorder());
            two.moved.remove(1L); // counters of batch norm are read where the first step needs them
            assertThat(two.moved.values()).as(method).hasSize(7).containsOnly(3L);
        }
    }

    @Test
    void moreDevicesThanTheWorkerHasAreRefused() {
        refused(
                spec("iip").put("devices", 3),
                List.of("cpu"),
                "devices",
                "is more than this worker has (cpu, cpu)",
                "--device",
                "or use devices: 2");
        refused(
                spec("linear").put("devices", 2).put("augment", "none"),
                List.of("cpu"),
                "devices",
                "features that are computed once");
        refused(
                spec("iip").put("devices", 8),
                List.of(),
                "devices",
                "is more than the 7 images of an epoch's last batch");
    }

    private void refused(ObjectNode spec, List<String> others, String... words) {
        assertThatThrownBy(() -> trained(spec, "refused", others, new Recorder()))
                .isInstanceOfSatisfying(
                        TrainingFailure.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.SPEC))
                .hasMessageContainingAll(words);
    }

    /** The other's process is killed in the middle; the run ends with a reason, and goes on from its checkpoint. */
    @Test
    void aDeviceThatIsLostEndsTheRunWithAReason() {
        ObjectNode spec = spec("iip").put("devices", 2);
        spec.putObject("checkpoint").put("everyEpochs", 1);
        Recorder killing = new Recorder() {
            @Override
            public void progress(long at, long steps, int epoch, int epochs) {
                super.progress(at, steps, epoch, epochs);
                if (at == 5) {
                    peer().ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        };
        assertThatThrownBy(() -> trained(spec, "lost", List.of("cpu"), killing))
                .isInstanceOfSatisfying(
                        TrainingFailure.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.INTERNAL))
                .hasMessageContainingAll("further devices is gone", "cpu", "ended with code 137");
        Recorder rest = trained(spec, "lost", List.of("cpu"), new Recorder());
        assertThat(rest.resumed).isEqualTo(4);
        assertThat(peer()).isEmpty();
    }

    private static Optional<ProcessHandle> peer() {
        return ProcessHandle.current().children().findFirst();
    }

    private static Map<Long, Double> losses(Recorder recorder) {
        return Objects.requireNonNull(recorder.metrics.get("train/loss"));
    }

    private Map<String, float[]> weights(String name) throws IOException {
        Map<String, float[]> out = new HashMap<>();
        try (Safetensors in = Safetensors.open(dir.resolve(name).resolve("weights.safetensors"))) {
            for (String tensor : in.tensors().keySet()) {
                if (!tensor.contains("num_batches")) {
                    out.put(tensor, in.floats(tensor));
                }
            }
        }
        return out;
    }
}
