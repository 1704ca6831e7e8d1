package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tip-Adapter and Tip-Adapter-F (Zhang et al. 2022, eq. 3 to 6; gaopengcuhk/Tip-Adapter, main.py): beside the text features' scores a
 * cache whose keys F [n, d] are the training images' normalised embeddings and whose values L [n, C] are their labels:
 * scores = α · exp(−β(1 − f·Fᵀ))·L + scale · f·Wᵀ for a normalised f. The second trains F from there, n·d parameters, and normalises it
 * no more. An image has one key here, by the test transform; the released code's is the mean over ten augmented ones. Searched, α and β
 * are those of the released code's grid ({@code search_hp} with scale [7, 3] and step [200, 20]) that are best on val, the first of equals;
 * they are then part of what was trained.
 */
final class TipAdapter extends Learned implements FromFeatures {
    static final Method<EmbeddingMethod.TipAdapter> METHOD = new Method<>(
            EmbeddingMethod.TipAdapter.class,
            (spec, making) ->
                    new TipAdapter(spec.alpha(), spec.beta(), spec.search(), false, making, making.classifier()),
            (spec, sizes) -> 0);

    static final Method<EmbeddingMethod.TipAdapterF> TRAINED = new Method<>(
            EmbeddingMethod.TipAdapterF.class,
            (spec, making) ->
                    new TipAdapter(spec.alpha(), spec.beta(), spec.search(), true, making, making.classifier()),
            (spec, sizes) -> sizes.images() * sizes.embedding());

    private static final String KEYS = "cache.keys";
    private static final String LABELS = "cache.labels";

    private static final String ALPHA = "cache.alpha";
    private static final String BETA = "cache.beta";

    // The released code's search_scale and search_step.
    private static final double MOST_BETA = 7;
    private static final double MOST_ALPHA = 3;
    private static final double LEAST = 0.1;
    private static final int BETAS = 200;
    private static final int ALPHAS = 20;

    private final boolean search;
    private final boolean trained;
    private final FrozenBackbone backbone;
    private final Classifier classifier;
    private final NDArray alpha;
    private final NDArray beta;
    private final NDArray classes;
    private @Nullable NDArray values;

    private TipAdapter(
            double alpha, double beta, boolean search, boolean trained, Making making, Classifier classifier) {
        super(making.manager(), State.EMPTY);
        this.search = search;
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
        Map<String, NDArray> fixed = new TreeMap<>(Map.of(LABELS, labels));
        if (!trained) {
            fixed.put(KEYS, keys);
        }
        if (search) {
            fixed.put(ALPHA, alpha);
            fixed.put(BETA, beta);
        }
        own(new State(trained ? Map.of(KEYS, keys) : Map.of(), fixed));
    }

    @Override
    public Optional<String> choose(float[] embeddings, int[] labels) {
        if (!search) {
            return Optional.empty();
        }
        if (labels.length == 0) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "method.search",
                    true,
                    "needs val images, of which the data set has none beside what is trained on",
                    "use dataset.fit: train, or give alpha and beta");
        }
        int best = -1;
        double bestAlpha = 0;
        double bestBeta = 0;
        try (NDManager step = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Tensors w = parameters().and(buffers());
            NDArray embedding = Torch.floats(
                    step, embeddings, labels.length, backbone.shape().embedding());
            NDArray likeness =
                    embedding.normalize(2, 1).matMul(w.get(KEYS).transpose()).sub(Torch.scalar(step, 1)); // [m, n]
            float[] text = Torch.read(classifier.scores(w, embedding));
            for (int b = 0; b < BETAS; b++) {
                double sharp = b * (MOST_BETA - LEAST) / BETAS + LEAST;
                float[] cached = cached(likeness, sharp);
                for (int a = 0; a < ALPHAS; a++) {
                    double share = a * (MOST_ALPHA - LEAST) / ALPHAS + LEAST;
                    int right = right(text, cached, (float) share, labels);
                    if (right > best) {
                        best = right;
                        bestAlpha = share;
                        bestBeta = sharp;
                    }
                }
            }
        }
        Torch.fill(alpha, bestAlpha);
        Torch.fill(beta, bestBeta);
        return Optional.of(String.format(
                Locale.ROOT,
                "alpha %.4g and beta %.4g are best of %d pairs on val: %d of %d images",
                bestAlpha,
                bestBeta,
                ALPHAS * BETAS,
                best,
                labels.length));
    }

    /** exp(−β(1 − f·Fᵀ))·L, [m, C] */
    private float[] cached(NDArray less, double sharp) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return Torch.read(
                    less.mul(Torch.scalar(less.getManager(), sharp)).exp().matMul(values()));
        }
    }

    private static int right(float[] text, float[] cached, float share, int[] labels) {
        int classes = text.length / labels.length;
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            int at = i * classes;
            int answer = 0;
            float highest = Float.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                float score = text[at + c] + share * cached[at + c];
                if (score > highest) {
                    highest = score;
                    answer = c;
                }
            }
            right += answer == labels[i] ? 1 : 0;
        }
        return right;
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
