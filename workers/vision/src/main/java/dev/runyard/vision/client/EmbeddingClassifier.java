package dev.runyard.vision.client;

import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Class scores from embeddings in plain Java: W·v + b, or W·v/‖v‖ where the classifier only looks at directions, as text features do.
 *
 * @param classes C
 * @param weight [C, d], row-major
 * @param bias [C]
 * @param cosine whether embeddings are scaled to length 1 first
 */
@SuppressWarnings("ArrayRecordComponent")
public record EmbeddingClassifier(int classes, float[] weight, float[] bias, boolean cosine) {
    private static final String COSINE = "runyard.cosine";
    private static final double CLOSE = 1e-3;

    /**
     * What a function computes, when it is one of the two forms; asked at the unit vectors.
     *
     * @param scores [n, d] to [n, C], both row-major
     * @return empty when it is another form
     */
    public static Optional<EmbeddingClassifier> of(UnaryOperator<float[]> scores, int d) {
        float[] unit = new float[d * d];
        float[] twice = new float[d * d];
        float[] probe = new float[d];
        for (int i = 0; i < d; i++) {
            unit[i * d + i] = 1;
            twice[i * d + i] = 2;
            probe[i] = (float) Math.cos(1.7 * i);
        }
        float[] at = scores.apply(unit); // [d, C]
        boolean cosine = close(at, scores.apply(twice));
        int c = at.length / d;
        float[] bias = cosine ? new float[c] : scores.apply(new float[d]);
        float[] weight = new float[c * d];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = at[i % d * c + i / d] - bias[i / d];
        }
        EmbeddingClassifier found = new EmbeddingClassifier(c, weight, bias, cosine);
        return close(scores.apply(probe), found.scores(probe)) ? Optional.of(found) : Optional.empty();
    }

    private static boolean close(float[] a, float[] b) {
        double most = 0;
        double difference = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i]));
            difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
        }
        return difference <= CLOSE * most;
    }

    /** @throws WeightsException when its tensors do not fit each other */
    public static EmbeddingClassifier read(Path file) throws IOException {
        try (Safetensors in = Safetensors.open(file)) {
            List<Long> shape = in.info("weight").shape();
            if (shape.size() != 2 || !in.info("bias").shape().equals(shape.subList(0, 1))) {
                throw new WeightsException(file + ": holds weight " + shape + " and bias "
                        + in.info("bias").shape() + ", wanted [C, d] and [C]");
            }
            return new EmbeddingClassifier(
                    in.info("weight").axis(0),
                    in.finiteFloats("weight"),
                    in.finiteFloats("bias"),
                    "true".equals(in.metadata().get(COSINE)));
        }
    }

    /** As {@link #read} finds it again. */
    public void write(Path file) throws IOException {
        new SafetensorsWriter()
                .metadata(COSINE, Boolean.toString(cosine))
                .floats("weight", new long[] {classes, embedding()}, weight)
                .floats("bias", new long[] {classes}, bias)
                .write(file);
    }

    /** d */
    public int embedding() {
        return weight.length / classes;
    }

    /**
     * @param embeddings [n, d], row-major
     * @return [n, C], row-major
     */
    public float[] scores(float[] embeddings) {
        int d = embedding();
        float[] out = new float[embeddings.length / d * classes];
        for (int i = 0; i < embeddings.length / d; i++) {
            double length = 0;
            for (int j = 0; j < d; j++) {
                length += (double) embeddings[i * d + j] * embeddings[i * d + j];
            }
            double scale = cosine && length > 0 ? 1 / Math.sqrt(length) : 1;
            for (int c = 0; c < classes; c++) {
                double sum = 0;
                for (int j = 0; j < d; j++) {
                    sum += (double) weight[c * d + j] * embeddings[i * d + j];
                }
                out[i * classes + c] = (float) (sum * scale + bias[c]);
            }
        }
        return out;
    }

    /** The output with the highest score of each row; of equal ones the first. */
    public static int[] best(float[] scores, int classes) {
        int[] out = new int[scores.length / classes];
        for (int i = 0; i < out.length; i++) {
            float[] row = Arrays.copyOfRange(scores, i * classes, (i + 1) * classes);
            for (int c = 1; c < classes; c++) {
                out[i] = row[c] > row[out[i]] ? c : out[i];
            }
        }
        return out;
    }
}
