package dev.runyard.spec.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.Only;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Methods that add small layers or matrices to the blocks of the frozen tower. */
@JsonSubTypes({
    @JsonSubTypes.Type(value = BlockMethod.Lora.class, name = "lora"),
    @JsonSubTypes.Type(value = BlockMethod.Adapter.class, name = "adapter")
})
public sealed interface BlockMethod extends MethodSpec {
    /** A linear layer of a block to which low-rank changes are added. */
    enum Target {
        /** Queries. */
        @JsonProperty("q")
        Q,
        /** Keys. */
        @JsonProperty("k")
        K,
        /** Values. */
        @JsonProperty("v")
        V,
        /** The projection behind the attention. */
        @JsonProperty("o")
        O,
        /** Both layers of the MLP. */
        @JsonProperty("mlp")
        MLP
    }

    /** Low-rank adaptation (Hu et al. 2021): W + alpha/rank · B·A for the layers named, and a classifier. */
    @Doc(title = "LoRA", value = "Low-rank matrices that are added to linear layers of every block.")
    record Lora(
            @Doc(value = "r, of the matrices that are added; at most the tokens' width.", min = 1, max = 1_024)
            Integer rank,

            @Doc(value = "What is added is multiplied by alpha/rank.", above = 0, max = 4_096)
            Double alpha,

            @Doc("Layers that it is added to: queries, keys, values, the projection behind the attention, the MLP.")
            List<Target> targets)
            implements BlockMethod {
        public Lora {
            rank = Defaults.or(rank, 4);
            alpha = Defaults.or(alpha, 4.0);
            targets = targets == null ? List.of(Target.Q, Target.V) : List.copyOf(targets);
            Bounds.check(Lora.class, "rank", rank);
            Bounds.check(Lora.class, "alpha", alpha);
            Only.each("targets", targets);
        }

        @Override
        public String touches() {
            return "adds to its weights";
        }
    }

    /** How adapters lie in a block. */
    enum Insertion {
        /** Behind the attention and behind the MLP, before what came in is added (Houlsby et al. 2019). */
        @JsonProperty("serial")
        SERIAL,
        /** Beside the MLP (AdaptFormer, Chen et al. 2022). */
        @JsonProperty("parallel")
        PARALLEL
    }

    /** Small layers with a bottleneck inside every block, and a classifier. */
    @Doc(title = "Adapter", value = "Small layers with a bottleneck inside every block.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Adapter(
            @Doc("serial: behind attention and MLP (Houlsby et al. 2019); parallel: beside the MLP (AdaptFormer).")
            Insertion insertion,

            @Doc(value = "m, width of the bottleneck.", min = 1, max = 4_096)
            Integer bottleneck,

            @Doc(
                    value = "For insertion parallel: by what its result is multiplied; left out: 0.1.",
                    above = 0,
                    max = 1_000)
            @Nullable
            Double scale,

            @Doc("For insertion serial: whether the blocks' norms are trained too, as in the paper; left out: true.")
            @Nullable
            Boolean norms)
            implements BlockMethod {
        public Adapter {
            insertion = Defaults.or(insertion, Insertion.SERIAL);
            bottleneck = Defaults.or(bottleneck, 64);
            scale = Only.with("scale", scale, insertion == Insertion.PARALLEL, "insertion parallel", 0.1);
            norms = Only.with("norms", norms, insertion == Insertion.SERIAL, "insertion serial", true);
            Bounds.check(Adapter.class, "bottleneck", bottleneck);
            Bounds.check(Adapter.class, "scale", scale);
        }

        @Override
        public String touches() {
            return "works inside its blocks";
        }
    }
}
