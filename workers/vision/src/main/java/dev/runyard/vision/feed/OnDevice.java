package dev.runyard.vision.feed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.nd.Torch;

/** What is done to images once they are on the device. */
public final class OnDevice {
    private OnDevice() {}

    /**
     * ToTensor and Normalize, {@code (u8 / 255 - mean) / std}, operation by operation as {@link Normalisation#apply} does it, so that the
     * values are the same to the bit.
     *
     * @param rgb uint8 [n, H, W, 3]
     * @return float32 [n, 3, H, W], of the manager of {@code rgb}
     */
    public static NDArray normalised(NDArray rgb, Normalisation normalisation) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray out = normalised(rgb.getManager(), Torch.asFloats(rgb.transpose(0, 3, 1, 2)), normalisation);
            NDScope.unregister(out);
            return out;
        }
    }

    /** As {@link #normalised(NDArray, Normalisation)}, of bytes that are float32 already, [n, 3, H, W]. */
    static NDArray normalised(NDManager manager, NDArray values, Normalisation normalisation) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray mean = Torch.floats(manager, normalisation.mean(), 1, 3, 1, 1);
            NDArray std = Torch.floats(manager, normalisation.std(), 1, 3, 1, 1);
            NDArray out = Torch.contiguous(
                    values.div(Torch.scalar(manager, 255)).sub(mean).div(std));
            NDScope.unregister(out);
            return out;
        }
    }
}
