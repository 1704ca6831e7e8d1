package dev.runyard.vision.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.util.Locale;

/**
 * Time of a backward pass through the shipped backbone from gradients in the range of denormal numbers, as a saturated softmax leaves
 * them, to that of an ordinary one. The goal is 1.1. {@code [--batch N] [--threads N] [--rounds N] [--device D]}
 */
public final class Saturated {
    /** A gradient of this size is a denormal number in float32. */
    private static final double TINY = 1e-41;

    private Saturated() {}

    public static void main(String[] arguments) throws IOException {
        int batch = Options.whole(arguments, "--batch", 32);
        int rounds = Options.whole(arguments, "--rounds", 7);
        Torch.use(Options.device(arguments, "cpu"));
        Torch.enter();
        Torch.threads(Options.whole(arguments, "--threads", 1));
        FrozenBackbone backbone = FrozenBackbone.shared(BackboneSpec.SMALL);
        int side = backbone.shape().imageSize();
        try (NDManager manager = Torch.manager()) {
            NDArray pixels = manager.randomNormal(0, 1, new Shape(batch, 3, side, side), DataType.FLOAT32);
            double[] ordinary = new double[rounds];
            double[] tiny = new double[rounds];
            for (int round = -1; round < rounds; round++) {
                double a = milliseconds(backbone, manager, pixels, 1);
                double b = milliseconds(backbone, manager, pixels, TINY);
                if (round >= 0) {
                    ordinary[round] = a;
                    tiny[round] = b;
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "ordinary gradients %.1f ms, denormal ones %.1f ms, ratio %.2f (goal 1.1)%n",
                    AugmentRate.median(ordinary),
                    AugmentRate.median(tiny),
                    AugmentRate.median(tiny) / AugmentRate.median(ordinary));
        }
    }

    private static double milliseconds(FrozenBackbone backbone, NDManager constants, NDArray pixels, double size) {
        long begin = System.nanoTime();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray leaf = pixels.stopGradient();
            leaf.setRequiresGradient(true);
            NDArray seed = constants.full(new Shape(), (float) size, DataType.FLOAT32);
            try (Tape tape = new Tape()) {
                tape.backward(Nn.relu(backbone.encode(leaf, null, false).embedding())
                        .mul(seed)
                        .sum());
            }
            Torch.read(leaf.getGradient().sum()); // waits for the device
        }
        return (System.nanoTime() - begin) / 1e6;
    }
}
