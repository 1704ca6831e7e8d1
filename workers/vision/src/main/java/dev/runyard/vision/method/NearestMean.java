package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/**
 * Imprinted weights (Qi, Brown and Lowe 2018, eq. 3 to 5): a class is the mean of its training images' normalised embeddings, normalised
 * again, and its score the scale times the cosine to it. The scale is the backbone's, or 100 where it has none; no answer depends on it.
 */
final class NearestMean extends Learned implements FromFeatures {
    static final Method<EmbeddingMethod.Prototypes> METHOD = new Method<>(
            EmbeddingMethod.Prototypes.class, (spec, making) -> new NearestMean(making), (spec, sizes) -> 0);

    private static final String PROTOTYPES = "prototypes";

    private final FrozenBackbone backbone;
    private final List<String> classNames;
    private final NDArray scale;

    private NearestMean(Making making) {
        super(making.manager(), new State(Map.of(), Map.of(PROTOTYPES, zeros(making))));
        backbone = making.backbone();
        classNames = making.classNames();
        scale = Torch.scalar(making.manager(), Math.exp(backbone.logitScale().orElse(Classifier.DEFAULT_LOGIT_SCALE)));
    }

    private static NDArray zeros(Making making) {
        return making.manager()
                .zeros(new Shape(making.classes(), making.backbone().shape().embedding()), DataType.FLOAT32);
    }

    /** @throws InvalidSpec when there is no image of a class */
    @Override
    public void remember(float[] embeddings, int[] labels) {
        int d = backbone.shape().embedding();
        int classes = classNames.size();
        double[] sums = new double[classes * d];
        int[] images = new int[classes];
        for (int i = 0; i < labels.length; i++) {
            double length = 0;
            for (int j = 0; j < d; j++) {
                length += (double) embeddings[i * d + j] * embeddings[i * d + j];
            }
            length = Math.sqrt(length);
            for (int j = 0; j < d; j++) {
                sums[labels[i] * d + j] += embeddings[i * d + j] / length;
            }
            images[labels[i]]++;
        }
        FloatBuffer means = FloatBuffer.allocate(sums.length);
        for (int c = 0; c < classes; c++) {
            if (images[c] == 0) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE",
                        "method.kind",
                        "prototypes",
                        "needs a training image of every class, and " + classNames.get(c) + " has none",
                        "add images of it, or leave the class out");
            }
            double squares = 0;
            for (int j = 0; j < d; j++) {
                squares += sums[c * d + j] * sums[c * d + j];
            }
            for (int j = 0; j < d; j++) {
                means.put(c * d + j, (float) (sums[c * d + j] / Math.sqrt(squares)));
            }
        }
        Torch.fill(buffers().get(PROTOTYPES), means);
    }

    @Override
    public boolean takesEmbedding() {
        return true;
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray input, boolean training) {
        return LinearProbe.embedding(backbone, input)
                .normalize(2, 1)
                .matMul(buffers().get(PROTOTYPES).transpose())
                .mul(scale);
    }
}
