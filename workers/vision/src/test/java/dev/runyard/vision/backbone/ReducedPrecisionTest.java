package dev.runyard.vision.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.vision.backbone.vit.Bf16Cpu;
import dev.runyard.vision.data.Batch;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * bf16 against fp32 on the trained backbones and on images, as far as this product claims it: scores within 1 % of the largest, the
 * same answer for 98 of 100 images, gradients of the prompts that point the same way (cosine 0.9995 over all, 0.99 for the worst image).
 */
class ReducedPrecisionTest {
    private static final int TRAIN = 160;
    private static final int TEST = 128;
    private static final int BATCH = 32;
    private static final int PROMPTS = 8;
    private static final float LARGEST_SCORE = 10;

    @TempDir
    Path cache;

    @BeforeEach
    void oneThread() {
        Torch.enter();
        Torch.threads(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small-vit", "small-clip", "small-dino"})
    void scoresAndGradientsAreClose(String name) throws IOException {
        FrozenBackbone exact = FrozenBackbone.shared(name);
        FrozenBackbone reduced = exact.in(Precision.BF16);
        try (Dataset data = Datasets.open(new DatasetSpec("shapes", null, null, TRAIN, TEST), cache, 0)) {
            float[] classifier = classMeans(exact, data);
            double range = 0;
            double worst = 0;
            int same = 0;
            double worstImage = 1;
            Cosine all = new Cosine();
            for (int from = 0; from < TEST; from += BATCH) {
                Seen a = seen(exact, data, from, classifier);
                Seen b = seen(reduced, data, from, classifier);
                int classes = a.scores.length / BATCH;
                for (int i = 0; i < BATCH; i++) {
                    same += best(a.scores, i, classes) == best(b.scores, i, classes) ? 1 : 0;
                    Cosine one = new Cosine();
                    int length = a.gradient.length / BATCH;
                    one.add(a.gradient, b.gradient, i * length, length);
                    worstImage = Math.min(worstImage, one.value());
                }
                for (int i = 0; i < a.scores.length; i++) {
                    range = Math.max(range, Math.abs(a.scores[i]));
                    worst = Math.max(worst, Math.abs(a.scores[i] - b.scores[i]));
                }
                all.add(a.gradient, b.gradient, 0, a.gradient.length);
            }
            assertThat(worst).as("scores").isPositive().isLessThan(0.01 * range);
            assertThat(same).as("same answers of " + TEST).isGreaterThanOrEqualTo(TEST * 98 / 100);
            assertThat(all.value()).as("gradient").isGreaterThan(0.9995);
            assertThat(worstImage).as("gradient of the worst image").isGreaterThan(0.99);
        }
    }

    @Test
    void aProcessorIsKnownByItsFlags() throws IOException {
        Path cpuinfo = cache.resolve("cpuinfo");
        Files.writeString(cpuinfo, "model name\t: bf16\nflags\t\t: fpu avx512f avx512_bf16_no\n");
        assertThat(Bf16Cpu.fast(cpuinfo)).isFalse();
        Files.writeString(cpuinfo, "processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 xsave\n");
        assertThat(Bf16Cpu.fast(cpuinfo)).isTrue();
        Files.writeString(cpuinfo, "processor\t: 0\nFeatures\t: fp asimd bf16\n");
        assertThat(Bf16Cpu.fast(cpuinfo)).isTrue();
        assertThat(Bf16Cpu.fast(cache.resolve("none"))).isFalse();
    }

    private record Seen(float[] scores, float[] gradient) {}

    /** Scores of test images with fixed prompts, and the gradient of their cross-entropy in the prompts. */
    private static Seen seen(FrozenBackbone backbone, Dataset data, int from, float[] classifier) throws IOException {
        int d = backbone.shape().embedding();
        int classes = classifier.length / d;
        Batch batch = batch(backbone, data.test(), from, BATCH);
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            float[] values = new float[BATCH * PROMPTS * backbone.shape().width()];
            Random random = new Random(from);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.3 * random.nextGaussian());
            }
            NDArray prompts = Torch.floats(
                    manager, values, BATCH, PROMPTS, backbone.shape().width());
            prompts.setRequiresGradient(true);
            NDArray pixels = Torch.floats(manager, batch.values(), batch.shape());
            NDArray weights = Torch.floats(manager, classifier, classes, d);
            NDArray targets = Torch.floats(manager, Nn.targets(batch.labels(), classes), BATCH, classes);
            try (Tape tape = new Tape()) {
                NDArray embedding = backbone.encode(pixels, prompts, false).embedding();
                NDArray scores = Nn.linear(embedding, weights, null);
                tape.backward(Nn.crossEntropy(scores, targets));
                return new Seen(scores.toFloatArray(), prompts.getGradient().toFloatArray());
            }
        }
    }

    /** A classifier [C, d]: what sets each class's mean embedding apart from the mean of all, scaled as a trained one would be. */
    private static float[] classMeans(FrozenBackbone backbone, Dataset data) throws IOException {
        int d = backbone.shape().embedding();
        float[] sums = new float[data.classes() * d];
        float[] all = new float[d];
        int[] count = new int[data.classes()];
        Split train = data.train();
        for (int from = 0; from < train.size(); from += BATCH) {
            Batch batch = batch(backbone, train, from, BATCH);
            float[] embeddings = embeddings(backbone, batch);
            for (int i = 0; i < BATCH; i++) {
                int label = batch.labels()[i];
                count[label]++;
                for (int j = 0; j < d; j++) {
                    sums[label * d + j] += embeddings[i * d + j];
                    all[j] += embeddings[i * d + j] / train.size();
                }
            }
        }
        for (int c = 0; c < count.length; c++) {
            for (int j = 0; j < d; j++) {
                sums[c * d + j] = sums[c * d + j] / Math.max(1, count[c]) - all[j];
            }
        }
        float largest = 0;
        for (int from = 0; from < train.size(); from += BATCH) {
            float[] embeddings = embeddings(backbone, batch(backbone, train, from, BATCH));
            for (int i = 0; i < embeddings.length / d * count.length; i++) {
                float score = 0;
                for (int j = 0; j < d; j++) {
                    score += embeddings[i / count.length * d + j] * sums[i % count.length * d + j];
                }
                largest = Math.max(largest, Math.abs(score));
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] *= LARGEST_SCORE / largest;
        }
        return sums;
    }

    private static float[] embeddings(FrozenBackbone backbone, Batch batch) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return backbone.encode(Torch.floats(manager, batch.values(), batch.shape()), null, false)
                    .embedding()
                    .toFloatArray();
        }
    }

    private static Batch batch(FrozenBackbone backbone, Split split, int from, int n) throws IOException {
        return Batch.of(
                split, from, n, backbone.shape().imageSize(), backbone.shape().normalisation());
    }

    private static int best(float[] scores, int image, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            best = scores[image * classes + c] > scores[image * classes + best] ? c : best;
        }
        return best;
    }

    /** Of the angle between two vectors that come in parts. */
    private static final class Cosine {
        private double ab;
        private double aa;
        private double bb;

        void add(float[] a, float[] b, int from, int n) {
            for (int i = from; i < from + n; i++) {
                ab += (double) a[i] * b[i];
                aa += (double) a[i] * a[i];
                bb += (double) b[i] * b[i];
            }
        }

        double value() {
            return ab / Math.sqrt(aa * bb);
        }
    }
}
