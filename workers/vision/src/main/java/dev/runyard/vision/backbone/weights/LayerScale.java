package dev.runyard.vision.backbone.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Torch;
import java.util.Map;
import java.util.Objects;

/**
 * Layer scale (CaiT; DINOv2): what a block's attention and its MLP give is multiplied by a learned vector before it is added. Both end in a
 * linear layer, so the vector goes into that layer's rows once, where the weights are read: diag(g)(Wx + b) = (diag(g)W)x + g·b.
 */
public final class LayerScale {
    static final String ATTENTION = "ls1";
    static final String MLP = "ls2";

    private LayerScale() {}

    /** Takes the vectors of all blocks into the layers in front of them. */
    public static void fold(Map<String, NDArray> weights, int depth, NDManager manager) {
        for (int i = 0; i < depth; i++) {
            String block = "blocks." + i + ".";
            fold(weights, block + ATTENTION, block + "attn.proj.", manager);
            fold(weights, block + MLP, block + "mlp.fc2.", manager);
        }
    }

    private static void fold(Map<String, NDArray> weights, String scale, String layer, NDManager manager) {
        NDArray gamma = weights.remove(scale);
        if (gamma == null) {
            return;
        }
        float[] g = Torch.read(gamma);
        for (String part : new String[] {"weight", "bias"}) {
            NDArray old = Objects.requireNonNull(weights.get(layer + part));
            float[] values = Torch.read(old);
            int row = values.length / g.length;
            for (int i = 0; i < values.length; i++) {
                values[i] *= g[i / row];
            }
            weights.put(
                    layer + part, Torch.floats(manager, values, old.getShape().getShape()));
            old.close();
        }
        gamma.close();
    }
}
