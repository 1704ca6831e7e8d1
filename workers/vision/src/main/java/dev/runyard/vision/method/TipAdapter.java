package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tip-Adapter and Tip-Adapter-F (Zhang et al. 2022, eq. 3 to 6; gaopengcuhk/Tip-Adapter, main.py): beside the text features' scores a
 * cache whose keys F [n, d] are the training images' normalised embeddings and whose values L [n, C] are their labels:
 * scores = α · exp(−β(1 − f·Fᵀ))·L + scale · f·Wᵀ for a normalised f. The second trains F from there, n·d parameters, and normalises it
 * no more. An image has one key here, by the test transform; the released code's is the mean over ten augmented ones.
 */
final class TipAdapter extends Learned implements FromFeatures {
    static final Method<EmbeddingMethod.TipAdapter> METHOD = new Method<>(
            EmbeddingMethod.TipAdapter.class,
            (spec, making) -> new TipAdapter(spec.alpha(), spec.beta(), false, making, making.classifier()),
            (spec, sizes) -> 0);

    static final Method<EmbeddingMethod.TipAdapterF> TRAINED = new Method<>(
            EmbeddingMethod.TipAdapterF.class,
            (spec, making) -> new TipAdapter(spec.alpha(), spec.beta(), true, making, making.classifier()),
            (spec, sizes) -> sizes.images() * sizes.embedding());

    private static final String KEYS = "cache.keys";
    private static final String LABELS = "cache.labels";

    private final boolean trained;
    private final FrozenBackbone backbone;
    private final Classifier classifier;
    private final NDArray alpha;
    private final NDArray beta;
    private final NDArray classes;
    private @Nullable NDArray values;

    private TipAdapter(double alpha, double beta, boolean trained, Making making, Classifier classifier) {
        super(making.manager(), State.EMPTY);
        this.trained = trained;
        this.classifier = classifier;
        backbone = making.backbone();
        this.alpha = Torch.scalar(making.manager(), alpha);
        this.beta = Torch.scalar(making.manager(), beta);
        classes = making.manager().arange(0, making.classes(), 1, DataType.INT64);
    }

    @Override
    public void remember(float[] embeddings, int[] labels) {
        int d = backbone.shape().embedding();
        NDManager manager = manager();
        try (NDArray all = Torch.floats(manager, embeddings, labels.length, d)) {
            own(
                    all.normalize(2, 1),
                    Torch.longs(manager, Arrays.stream(labels).asLongStream().toArray(), labels.length));
        }
    }

    @Override
    public void room(Safetensors in) throws SafetensorsException {
        long n = in.info(KEYS).axis(0);
        int d = backbone.shape().embedding();
        NDManager manager = manager();
        own(
                Torch.floats(manager, new float[Math.toIntExact(n * d)], n, d),
                Torch.longs(manager, new long[Math.toIntExact(n)], n));
    }

    private void own(NDArray keys, NDArray labels) {
        own(
                trained
                        ? new State(Map.of(KEYS, keys), Map.of(LABELS, labels))
                        : new State(Map.of(), Map.of(KEYS, keys, LABELS, labels)));
    }

    @Override
    public boolean takesEmbedding() {
        return true;
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray input, boolean training) {
        Tensors w = leaves.and(buffers());
        NDArray embedding = LinearProbe.embedding(backbone, input); // [m, d]
        NDArray likeness = embedding.normalize(2, 1).matMul(w.get(KEYS).transpose()); // [m, n]
        NDArray cached = likeness.mul(beta).sub(beta).exp().matMul(values()).mul(alpha); // [m, C]
        return cached.add(classifier.scores(w, embedding));
    }

    /** [n, C], 1 at each image's class; made when the labels are there, which do not change. */
    private NDArray values() {
        NDArray known = values;
        if (known == null) {
            NDArray labels = buffers().get(LABELS);
            known = Torch.asFloats(labels.reshape(labels.size(), 1).eq(classes));
            NDScope.unregister(known);
            values = known;
        }
        return known;
    }
}
