package dev.runyard.spec.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;

/** Methods behind the embedding, which both towers leave as it is. */
@JsonSubTypes({
    @JsonSubTypes.Type(value = EmbeddingMethod.Prototypes.class, name = "prototypes"),
    @JsonSubTypes.Type(value = EmbeddingMethod.TipAdapter.class, name = "tip-adapter"),
    @JsonSubTypes.Type(value = EmbeddingMethod.TipAdapterF.class, name = "tip-adapter-f"),
    @JsonSubTypes.Type(value = EmbeddingMethod.ClipAdapter.class, name = "clip-adapter")
})
public sealed interface EmbeddingMethod extends MethodSpec {
    /** Nothing is trained: each class is the mean direction of its images' embeddings (imprinted weights, Qi et al. 2018). */
    @Doc(title = "Prototypes", value = "Nothing is trained: the class whose mean embedding is nearest by cosine.")
    record Prototypes() implements EmbeddingMethod {
        @Override
        public Fit fit() {
            return Fit.AT_ONCE;
        }

        @Override
        public String fitted() {
            return "method prototypes, which takes the mean of each class";
        }

        @Override
        public boolean classifies() {
            return true;
        }
    }

    /** Text features, and a cache of the training images' embeddings and labels beside them (Zhang et al. 2022); no training. */
    @Doc(title = "Tip-Adapter", value = "A cache of the training images beside the text features; nothing is trained.")
    record TipAdapter(
            @Doc(value = "Share of the cache in the scores.", min = 0, max = 1_000)
            Double alpha,

            @Doc(value = "Sharpness of the likeness to an image of the cache.", above = 0, max = 1_000)
            Double beta,

            @Doc("Whether alpha and beta are searched on val before the test, as in the paper; else those given count.")
            Boolean search)
            implements EmbeddingMethod {
        public TipAdapter {
            search = Defaults.or(search, false);
            alpha = Defaults.or(alpha, 1.17);
            beta = Defaults.or(beta, 1.0);
            Bounds.check(TipAdapter.class, "alpha", alpha);
            Bounds.check(TipAdapter.class, "beta", beta);
        }

        @Override
        public Fit fit() {
            return Fit.AT_ONCE;
        }

        @Override
        public String fitted() {
            return "method tip-adapter, which trains nothing";
        }

        @Override
        public void check(ClassifierSpec classifier) {
            classifier.requireText("tip-adapter");
        }
    }

    /** As {@link TipAdapter}, with the cache's keys trained from there. */
    @Doc(title = "Tip-Adapter-F", value = "Tip-Adapter whose keys, the embeddings in the cache, are trained.")
    record TipAdapterF(
            @Doc(value = "Share of the cache in the scores.", min = 0, max = 1_000)
            Double alpha,

            @Doc(value = "Sharpness of the likeness to an image of the cache.", above = 0, max = 1_000)
            Double beta,

            @Doc("Whether alpha and beta are searched on val before the test, as in the paper; else those given count.")
            Boolean search)
            implements EmbeddingMethod {
        public TipAdapterF {
            search = Defaults.or(search, false);
            alpha = Defaults.or(alpha, 1.17);
            beta = Defaults.or(beta, 1.0);
            Bounds.check(TipAdapterF.class, "alpha", alpha);
            Bounds.check(TipAdapterF.class, "beta", beta);
        }

        @Override
        public void check(ClassifierSpec classifier) {
            classifier.requireText("tip-adapter-f");
        }
    }

    /** Two layers behind the embedding, whose result is mixed into it (Gao et al. 2021). */
    @Doc(title = "CLIP-Adapter", value = "Two layers behind the embedding, mixed into it.")
    record ClipAdapter(
            @Doc(value = "By what the embedding's length is divided for the bottleneck.", min = 1, max = 1_024)
            Integer reduction,

            @Doc(value = "Share of the two layers in what the classifier sees.", min = 0, max = 1)
            Double ratio)
            implements EmbeddingMethod {
        public ClipAdapter {
            reduction = Defaults.or(reduction, 4);
            ratio = Defaults.or(ratio, 0.2);
            Bounds.check(ClipAdapter.class, "reduction", reduction);
            Bounds.check(ClipAdapter.class, "ratio", ratio);
        }
    }
}
