package dev.runyard.vision.method.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.ClassifierSpec.Policy;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.text.TextFeatures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From an embedding [n, d] to class scores [n, C]. */
public sealed interface Classifier
        permits Classifier.Text,
                Classifier.TextInit,
                Classifier.Linear,
                Classifier.Fixed,
                Classifier.Named,
                Prototypes {
    /** ln 100, where CLIP's training clamps the scale; used when neither file holds one. */
    double DEFAULT_LOGIT_SCALE = Math.log(100);

    /** What of it is trained; empty when it is fixed. */
    Map<String, NDArray> parameters();

    NDArray scores(Tensors w, NDArray embedding);

    /** How many of a model's parameters are its classifier's. */
    static long trained(Tensors parameters) {
        return parameters.byName().entrySet().stream()
                .filter(e -> e.getKey().startsWith("classifier.") || e.getKey().startsWith("head."))
                .mapToLong(e -> e.getValue().size())
                .sum();
    }

    /** Fixed text features: exp(scale) · cosine (science reference §1.1). */
    record Text(NDArray features, NDArray scale) implements Classifier {
        @Override
        public Map<String, NDArray> parameters() {
            return Map.of();
        }

        @Override
        public NDArray scores(Tensors w, NDArray embedding) {
            return embedding.normalize(2, 1).matMul(features.transpose()).mul(scale);
        }
    }

    /** A trained W that began as text features: exp(scale) · v̂·Wᵀ (science reference §1.2), at step 0 equal to {@link Text}. */
    record TextInit(Map<String, NDArray> parameters, NDArray scale) implements Classifier {
        @Override
        public NDArray scores(Tensors w, NDArray embedding) {
            return embedding
                    .normalize(2, 1)
                    .matMul(w.get("classifier.weight").transpose())
                    .mul(scale);
        }
    }

    /** W·v + b, trained; {@code name} is {@code classifier.}, or {@code head.} for the backbone's own. */
    record Linear(String name, Map<String, NDArray> parameters) implements Classifier {
        @Override
        public NDArray scores(Tensors w, NDArray embedding) {
            return Nn.linear(embedding, w.get(name + "weight"), w.find(name + "bias"));
        }
    }

    /** A new linear layer, initialised as PyTorch does. */
    static Classifier linear(NDManager manager, long seed, int embedding, int classes) {
        Init init = new Init(manager, seed);
        init.linear("classifier.", embedding, classes);
        return new Linear("classifier.", init.parameters());
    }

    /** The backbone's own head with fixed weights. */
    record Fixed(FrozenBackbone backbone) implements Classifier {
        @Override
        public Map<String, NDArray> parameters() {
            return Map.of();
        }

        @Override
        public NDArray scores(Tensors w, NDArray embedding) {
            return backbone.head(embedding);
        }
    }

    /** Outputs of the backbone's own head with fixed weights; {@code columns} [outputs, classes] takes each class's. */
    record Named(FrozenBackbone backbone, NDArray columns) implements Classifier {
        @Override
        public Map<String, NDArray> parameters() {
            return Map.of();
        }

        @Override
        public NDArray scores(Tensors w, NDArray embedding) {
            return backbone.head(embedding).matMul(columns);
        }
    }

    /** The backbone's own head as it is, its outputs bound to classes by their names; for what trains nothing. */
    static Classifier ofBackbone(NDManager manager, FrozenBackbone backbone, List<String> classNames) {
        int own = backbone.shape().classes();
        if (own == 0) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE", "classifier.kind", "native", "needs a backbone with a head", "use kind: linear");
        }
        int[] outputs = NativeOutputs.of(backbone, classNames);
        float[] columns = new float[own * outputs.length];
        for (int c = 0; c < outputs.length; c++) {
            columns[outputs[c] * outputs.length + c] = 1;
        }
        return new Named(backbone, Torch.floats(manager, columns, own, outputs.length));
    }

    /** The backbone's own head: a copy that is trained as in the released code, itself, or a new layer in its place. */
    static Classifier ofBackbone(
            NDManager manager, FrozenBackbone backbone, int classes, @Nullable Policy policy, long seed) {
        int own = backbone.shape().classes();
        if (own == 0) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE", "classifier.kind", "native", "needs a backbone with a head", "use kind: linear");
        }
        if (own < classes) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "classifier.kind",
                    "native",
                    "has " + own + " outputs for " + classes + " classes",
                    "use kind: linear");
        }
        if (policy == Policy.RANDOM) {
            return linear(manager, seed, backbone.shape().embedding(), classes);
        }
        if (policy == Policy.FROZEN) {
            return new Fixed(backbone);
        }
        Map<String, NDArray> parameters = new LinkedHashMap<>();
        for (String name : List.of("head.weight", "head.bias")) {
            if (backbone.has(name)) {
                NDArray frozen = backbone.tensor(name);
                parameters.put(
                        name,
                        Torch.floats(
                                manager, Torch.read(frozen), frozen.getShape().getShape()));
            }
        }
        return new Linear("head.", parameters);
    }

    /**
     * Fixed text features, each row scaled to length 1.
     *
     * @throws WeightsException when they are of other classes or another length than the backbone's embedding
     */
    static Classifier text(NDManager manager, TextFeatures features, FrozenBackbone backbone, int classes)
            throws WeightsException {
        int d = backbone.shape().embedding();
        if (features.classes() != classes || features.length() != d) {
            throw new WeightsException("text_features are [" + features.classes() + ", " + features.length()
                    + "], wanted [" + classes + ", " + d + "] for this data set and backbone");
        }
        double scale = features.logitScale().orElse(backbone.logitScale().orElse(DEFAULT_LOGIT_SCALE));
        NDArray values = Torch.floats(manager, features.values(), classes, d);
        NDArray unit = values.normalize(2, 1);
        values.close();
        return new Text(unit, Torch.scalar(manager, Math.exp(scale)));
    }

    /** As {@link #text}, and trained from there. */
    static Classifier textInit(NDManager manager, TextFeatures features, FrozenBackbone backbone, int classes)
            throws WeightsException {
        Text text = (Text) text(manager, features, backbone, classes);
        return new TextInit(Map.of("classifier.weight", text.features()), text.scale());
    }
}
