package dev.runyard.vision.train.optim;

import ai.djl.ndarray.NDArray;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a backward pass left, by parameter.
 *
 * @param of the gradient of the parameter of a name, of its shape
 * @param whole scalar, true when every number is finite: otherwise nothing is to change; null when nobody asked
 */
public record Gradients(
        Function<String, NDArray> of, @Nullable NDArray whole) {
    /** As the engine keeps them at leaves of a tape. */
    public static Gradients at(Tensors leaves) {
        return new Gradients(name -> leaves.get(name).getGradient(), null);
    }

    /** {@code changed}, or what was there before when something is not finite; decided on the device. */
    NDArray unlessBroken(NDArray changed, NDArray before) {
        return whole == null ? changed : Nn.where(whole, changed, before);
    }
}
