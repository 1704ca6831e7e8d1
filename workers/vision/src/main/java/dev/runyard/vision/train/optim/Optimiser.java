package dev.runyard.vision.train.optim;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.vision.nd.Tensors;
import java.util.Map;

/** Changes parameters along their gradients, and remembers what its rule needs from one step to the next. */
public sealed interface Optimiser extends AutoCloseable permits Sgd, AdamW {

    /** The rule of a spec for these parameters, before its first step. */
    static Optimiser of(OptimizerSpec spec, Tensors parameters) {
        return switch (spec.kind()) {
            case SGD -> new Sgd(spec, parameters);
            case ADAMW -> new AdamW(spec, parameters);
        };
    }

    /** What it remembers, by the names that a checkpoint gives it; changed in place. */
    Map<String, NDArray> state();

    /**
     * Changes the parameters in place.
     *
     * @param leaves the same names after a backward pass that reached each of them
     */
    default void step(Tensors parameters, Tensors leaves, double learningRate) {
        step(parameters, Gradients.at(leaves), learningRate);
    }

    /** As {@link #step(Tensors, Tensors, double)}; changes nothing at all when the gradients are not finite, if they know that. */
    void step(Tensors parameters, Gradients gradients, double learningRate);

    @Override
    void close();
}
