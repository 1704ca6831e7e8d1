package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The update rule. SGD as PyTorch defines it: v = momentum·v + (g + weightDecay·w), w = w − rate·v.
 *
 * @param kind sgd
 * @param learningRate peak rate, &gt; 0 and at most 1,000; default 0.1 (official code)
 * @param momentum 0 to below 1; default 0.9
 * @param weightDecay 0 to 1; default 0
 */
public record OptimizerSpec(Kind kind, Double learningRate, Double momentum, Double weightDecay) {
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
        InvalidSpec.above("learningRate", learningRate, 0, 1_000);
        InvalidSpec.range("momentum", momentum, 0, 0.9999);
        InvalidSpec.range("weightDecay", weightDecay, 0, 1);
    }
}
