package dev.runyard.spec.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The update rule, as PyTorch defines it. SGD: v = momentum·v + (g + weightDecay·w), w = w − rate·v. AdamW, t counting steps from 1:
 * w = w − rate·weightDecay·w; m = beta1·m + (1 − beta1)·g; v = beta2·v + (1 − beta2)·g²;
 * w = w − rate · (m/(1 − beta1ᵗ)) / (√(v/(1 − beta2ᵗ)) + 1e-8).
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OptimizerSpec(
        @Doc("The update rule.") Kind kind,

        @Doc(value = "Peak learning rate; the released PGN code uses 0.1.", above = 0, max = 1_000)
        Double learningRate,

        @Doc(value = "Of sgd: momentum of the update; 0.9 unless given.", min = 0, max = 0.9999, derived = true)
        @Nullable
        Double momentum,

        @Doc(value = "Weight decay: of sgd added to the gradient, of adamw apart from it.", min = 0, max = 1)
        Double weightDecay,

        @Doc(
                value = "Of adamw: share of the old mean of gradients; 0.9 unless given.",
                min = 0,
                max = 0.9999,
                derived = true)
        @Nullable
        Double beta1,

        @Doc(
                value = "Of adamw: share of the old mean of squared gradients; 0.999 unless given.",
                min = 0,
                max = 0.999999,
                derived = true)
        @Nullable
        Double beta2,

        @Doc(value = "Of adamw: what weight decay shrinks; matrices unless given.", derived = true) @Nullable
        Decay decay) {
    public static final OptimizerSpec DEFAULT = new OptimizerSpec(Kind.SGD, 0.1, 0.9, 0.0);

    /** The rule. */
    public enum Kind {
        @JsonProperty("sgd")
        SGD,
        @JsonProperty("adamw")
        ADAMW
    }

    /** What AdamW's weight decay shrinks. */
    public enum Decay {
        /** Matrices and kernels: neither biases and gains, nor tokens, positions and prompts. */
        @JsonProperty("matrices")
        MATRICES,
        /** Everything, as PyTorch does when it is given one group of parameters. */
        @JsonProperty("all")
        ALL
    }

    public OptimizerSpec {
        kind = Defaults.or(kind, Kind.SGD);
        learningRate = Defaults.or(learningRate, 0.1);
        weightDecay = Defaults.or(weightDecay, 0.0);
        if (kind == Kind.SGD) {
            momentum = Defaults.or(momentum, 0.9);
            Bounds.check(OptimizerSpec.class, "momentum", momentum);
            refuse("beta1", beta1, Kind.ADAMW);
            refuse("beta2", beta2, Kind.ADAMW);
            refuse("decay", decay, Kind.ADAMW);
        } else {
            refuse("momentum", momentum, Kind.SGD);
            beta1 = Defaults.or(beta1, 0.9);
            beta2 = Defaults.or(beta2, 0.999);
            decay = Defaults.or(decay, Decay.MATRICES);
            Bounds.check(OptimizerSpec.class, "beta1", beta1);
            Bounds.check(OptimizerSpec.class, "beta2", beta2);
        }
        Bounds.check(OptimizerSpec.class, "learningRate", learningRate);
        Bounds.check(OptimizerSpec.class, "weightDecay", weightDecay);
    }

    /** Without the fields of AdamW. */
    public OptimizerSpec(Kind kind, Double learningRate, @Nullable Double momentum, Double weightDecay) {
        this(kind, learningRate, momentum, weightDecay, null, null, null);
    }

    private static void refuse(String field, @Nullable Object value, Kind owner) {
        if (value != null) {
            String name = Json.mapper().valueToTree(owner).textValue();
            throw new InvalidSpec(
                    "NOT_APPLICABLE", field, value, "belongs to optimizer " + name + " only", "remove it");
        }
    }
}
