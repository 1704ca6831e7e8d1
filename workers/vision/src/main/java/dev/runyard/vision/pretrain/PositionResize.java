package dev.runyard.vision.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Torch;

/**
 * Positions of a grid of patches, bicubically interpolated to another grid, as DINO does for its small views
 * (vision_transformer.py, {@code interpolate_pos_encoding}; the cubic of PyTorch, a = −0.75, edges repeated). One matrix product.
 */
final class PositionResize {
    private static final double A = -0.75;

    private final NDArray matrix; // [to², from²]

    PositionResize(NDManager manager, int from, int to) {
        double[][] axis = axis(from, to);
        float[] values = new float[to * to * from * from];
        for (int y = 0, at = 0; y < to; y++) {
            for (int x = 0; x < to; x++) {
                for (int i = 0; i < from; i++) {
                    for (int j = 0; j < from; j++) {
                        values[at++] = (float) (axis[y][i] * axis[x][j]);
                    }
                }
            }
        }
        matrix = Torch.floats(manager, values, (long) to * to, (long) from * from);
    }

    /** [1, 1 + from², D] to [1, 1 + to², D]; the class token's stays as it is. */
    NDArray apply(NDArray positions) {
        return Nn.concat(positions.get(":,0:1"), matrix.matMul(positions.get(":,1:")), 1);
    }

    private static double[][] axis(int from, int to) {
        double[][] out = new double[to][from];
        for (int i = 0; i < to; i++) {
            double at = (i + 0.5) * from / to - 0.5;
            int low = (int) Math.floor(at);
            for (int k = -1; k <= 2; k++) {
                int source = Math.max(0, Math.min(from - 1, low + k));
                out[i][source] += cubic(Math.abs(at - (low + k)));
            }
        }
        return out;
    }

    private static double cubic(double x) {
        if (x <= 1) {
            return ((A + 2) * x - (A + 3)) * x * x + 1;
        }
        return x < 2 ? ((A * x - 5 * A) * x + 8 * A) * x - 4 * A : 0;
    }
}
