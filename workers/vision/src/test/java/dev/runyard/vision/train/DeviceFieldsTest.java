package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fields that suit a run to a device: precision, parts of a batch, what is computed again. */
class DeviceFieldsTest {
    @TempDir
    Path dir;

    private static ObjectNode spec(String method, String weights) {
        ObjectNode spec = Json.mapper().createObjectNode();
        spec.putObject("dataset").put("id", "shapes").put("train", 40).put("test", 10);
        spec.putObject("backbone").put("weights", weights);
        ObjectNode kind = spec.putObject("method").put("kind", method);
        if (method.equals("pgn")) {
            kind.put("resolution", 48).put("prompts", 3).put("librarySize", 8);
        }
        spec.putObject("classifier").put("kind", "linear");
        spec.putObject("optimizer").put("learningRate", 0.05);
        spec.putObject("schedule").put("epochs", 2).put("warmupEpochs", 0);
        spec.put("batchSize", 10).put("augment", "none");
        return spec;
    }

    private Recorder trained(ObjectNode spec, String name, Recorder recorder) {
        Outcome outcome = new Training(
                        Json.read(spec, RunSpec.class), dir.resolve(name), TrainingOptions.cpu(dir.resolve("cache")))
                .run(recorder);
        assertThat(outcome).isInstanceOfAny(Outcome.Finished.class, Outcome.GivenBack.class);
        return recorder;
    }

    private Map<Long, Double> losses(ObjectNode spec, String name) {
        return Objects.requireNonNull(
                trained(spec, name, new Recorder()).metrics.get("train/loss"));
    }

    /** Sums of other orders, so not to the bit; parts that do not divide the batch included. */
    @ParameterizedTest
    @CsvSource({"iip, 5", "iip, 4", "linear, 3", "full, 4"})
    void partsOfABatchLearnWhatTheWholeDoes(String method, int part) {
        ObjectNode spec = spec(method, "small-vit");
        Map<Long, Double> whole = losses(spec, "whole");
        Map<Long, Double> parts = losses(spec.put("microBatch", part), "parts");
        assertThat(parts.keySet()).isEqualTo(whole.keySet());
        whole.forEach((step, loss) -> assertThat(parts.get(step)).isCloseTo(loss, within(1e-4 * Math.max(1, loss))));
    }

    @Test
    void recomputingChangesNoBit() {
        ObjectNode spec = spec("pgn", "small-clip");
        Map<Long, Double> kept = losses(spec, "kept");
        ((ObjectNode) spec.get("backbone")).put("recompute", "mlp");
        assertThat(losses(spec, "recomputed")).isEqualTo(kept);
    }

    /** On a processor, where it is slow and right. The scale of the loss is part of the checkpoint. */
    @Test
    void fp16IsNearAndIsResumedBitForBit() {
        ObjectNode spec = spec("iip", "small-vit");
        Map<Long, Double> exact = losses(spec, "exact");
        ((ObjectNode) spec.get("backbone")).put("precision", "fp16");
        Map<Long, Double> half = losses(spec, "half");
        exact.forEach((step, loss) -> assertThat(half.get(step)).isCloseTo(loss, within(0.03 * Math.max(1, loss))));
        Map<Long, Double> first = Objects.requireNonNull(
                trained(spec, "parts", new Recorder(3, Order.PAUSE)).metrics.get("train/loss"));
        Map<Long, Double> rest = Objects.requireNonNull(
                trained(spec, "parts", new Recorder()).metrics.get("train/loss"));
        first.putAll(rest);
        assertThat(first).isEqualTo(half);
    }

    @Test
    void whatADeviceLacksIsSaid() {
        ObjectNode spec = spec("iip", "small-vit");
        ((ObjectNode) spec.get("backbone")).put("precision", "tf32");
        assertThatThrownBy(() -> trained(spec, "tf32", new Recorder()))
                .isInstanceOf(TrainingFailure.class)
                .hasMessageContaining("backbone.precision")
                .hasMessageContaining("this worker computes on the CPU")
                .satisfies(e -> assertThat(((TrainingFailure) e).reason()).isEqualTo(FailureReason.SPEC));
    }

    @Test
    void fieldsThatDoNotFitAreRefused() {
        ObjectNode large = spec("iip", "small-vit").put("microBatch", 11);
        assertThatThrownBy(() -> Json.read(large, RunSpec.class))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("microBatch")
                .hasMessageContaining("is larger than batchSize (10)");
        ObjectNode half = spec("full", "small-vit");
        ((ObjectNode) half.get("backbone")).put("precision", "fp16");
        assertThatThrownBy(() -> Json.read(half, RunSpec.class))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("method full trains its weights");
        ObjectNode again = spec("iip", "small-vit");
        ((ObjectNode) again.get("backbone")).put("precision", "bf16").put("recompute", "mlp");
        assertThatThrownBy(() -> Json.read(again, RunSpec.class))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("recompute");
    }
}
