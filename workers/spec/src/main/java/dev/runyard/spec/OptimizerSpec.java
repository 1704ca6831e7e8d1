package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The update rule. SGD as PyTorch defines it: v = momentum·v + (g + weightDecay·w), w = w − rate·v.
 */
public record OptimizerSpec(
        @Doc("The update rule.") Kind kind,

        @Doc(value = "Peak learning rate; the released PGN code uses 0.1.", above = 0, max = 1_000)
        Double learningRate,

        @Doc(value = "Momentum of the update.", min = 0, max = 0.9999)
        Double momentum,

        @Doc(value = "Weight decay, added to the gradient.", min = 0, max = 1)
        Double weightDecay) {
    static final OptimizerSpec DEFAULT = new OptimizerSpec(Kind.SGD, 0.1, 0.9, 0.0);

    /** The rule. */
    public enum Kind {
        @JsonProperty("sgd")
        SGD
    }

    public OptimizerSpec {
        kind = Defaults.or(kind, Kind.SGD);
        learningRate = Defaults.or(learningRate, 0.1);
        momentum = Defaults.or(momentum, 0.9);
        weightDecay = Defaults.or(weightDecay, 0.0);
        Bounds.check(OptimizerSpec.class, "learningRate", learningRate);
        Bounds.check(OptimizerSpec.class, "momentum", momentum);
        Bounds.check(OptimizerSpec.class, "weightDecay", weightDecay);
    }
}
