package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.input.Batches;
import dev.runyard.vision.train.optim.Mixing;
import dev.runyard.vision.train.report.TrainingFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A step that asks for more memory than there is. What is asked for lies beyond the addresses that a process may have at all, so the
 * engine's allocator refuses it at once on every machine, however much memory that has and whatever else needs it; and half of the images
 * need next to nothing.
 */
class MemoryProbeTest {
    /** 58⁸ numbers are 465 TiB, 58⁴ are 45 MB. */
    private static final int WIDTH = 58;

    private @Nullable NDManager manager;

    @BeforeEach
    void open() {
        Torch.enter();
        manager = Torch.manager();
    }

    @AfterEach
    void close() {
        manager().close();
    }

    private NDManager manager() {
        return java.util.Objects.requireNonNull(manager);
    }

    /**
     * Looks at all combinations of what is seen in all images of a part: memory grows by a factor with each image.
     *
     * @param each how much is seen in an image
     */
    private record Combinations(Tensors parameters, int each) implements Objective {
        @Override
        public Tensors buffers() {
            return new Tensors(Map.of());
        }

        @Override
        public Loss loss(NDManager manager, Tensors leaves, Seen seen, long step) {
            List<NDArray> all = new ArrayList<>();
            for (int i = 0; i < seen.size() * each; i++) {
                NDArray image = seen.views().get(0).get((i / each) + ":" + (i / each + 1));
                all.add(leaves.get("w").mul(image.mean()));
            }
            return new Loss(product(all).mean(), null);
        }

        private static NDArray product(List<NDArray> some) {
            if (some.size() == 1) {
                return some.get(0);
            }
            NDArray left = product(some.subList(0, some.size() / 2));
            NDArray right = product(some.subList(some.size() / 2, some.size()));
            return left.reshape(left.size(), 1)
                    .mul(right.reshape(1, right.size()))
                    .reshape(left.size() * right.size());
        }

        @Override
        public @Nullable NDArray scores(NDArray pixels) {
            return null;
        }

        @Override
        public void close() {}
    }

    private Objective combinations(int each) {
        float[] ones = new float[WIDTH];
        java.util.Arrays.fill(ones, 1);
        return new Combinations(new Tensors(Map.of("w", Torch.floats(manager(), ones, WIDTH))), each);
    }

    private Batches.Fed batch(int n) {
        NDManager own = manager().newSubManager();
        NDArray images = own.ones(new ai.djl.ndarray.types.Shape(n, 3, 2, 2));
        NDScope.unregister(images);
        return new Batches.Fed(own, List.of(images), new int[n], Torch.longs(own, new long[n], n), n, null);
    }

    private static Pass pass(Objective objective, @Nullable Integer microBatch) {
        ObjectNode spec = Json.mapper().createObjectNode();
        spec.putObject("dataset").put("id", "shapes");
        return new Pass(
                objective, microBatch, new Mixing(Json.read(spec, RunSpec.class).steadied(), 0));
    }

    private static float[] gradient(Pass pass, Batches.Fed fed) {
        List<float[]> found = new ArrayList<>();
        try (Readings readings = new Readings();
                fed) {
            readings.begin(1, 0.1);
            pass.take(
                    fed,
                    0,
                    loss -> loss,
                    readings,
                    leaves -> found.add(Torch.read(leaves.get("w").getGradient())));
        }
        return found.get(0);
    }

    private static TrainingFailure failure(Pass pass, Batches.Fed fed) {
        return catchThrowableOfType(TrainingFailure.class, () -> gradient(pass, fed));
    }

    /** What was asked for, what is free, what fits; and what is said to fit does. */
    @Test
    void theNumberThatFitsIsSaidAndFits() {
        Objective objective = combinations(1);
        TrainingFailure failure = failure(pass(objective, null), batch(8));
        assertThat(failure.reason()).isEqualTo(FailureReason.OUT_OF_MEMORY);
        assertThat(failure.getMessage())
                .matches("a step on 8 images at a time asked for more memory than there is \\(.*you tried to allocate"
                        + " \\d{15} bytes.*; \\d+ MiB are free without it\\); 4 images at a time fit: set microBatch: 4,"
                        + " or a batchSize of as many");
        assertThat(gradient(pass(objective, 4), batch(8))).hasSize(WIDTH).doesNotContain(0f);
    }

    /** The parts of a batch are what counts, not the batch. */
    @Test
    void whatIsSaidIsOfAPart() {
        assertThat(failure(pass(combinations(1), 8), batch(16)).getMessage())
                .startsWith("a step on 8 images at a time")
                .contains("set microBatch: 4,");
    }

    @Test
    void whereNotEvenOneFitsSomethingElseIsToBeLowered() {
        assertThat(failure(pass(combinations(8), null), batch(1)).getMessage())
                .contains("not even one image fits: lower what the method has of its own");
    }
}
