package dev.runyard.vision.backbone.vit;

import ai.djl.ndarray.NDArray;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;

/**
 * Adapters of a block: two linear layers with a narrow one between, where the weights hold some, and nothing elsewhere. Behind the
 * block's name: {@code adapter.attn.} and {@code adapter.mlp.} follow the attention and the MLP (Houlsby et al. 2019, §2.1);
 * {@code adapter.beside.} lies beside the MLP (AdaptFormer, Chen et al. 2022, eq. 4 to 5) and is multiplied by {@link #SCALE}.
 */
public final class Bottleneck {
    /** Scalar among the weights. */
    public static final String SCALE = "adapter.scale";

    private Bottleneck() {}

    /** Whether the MLP of a block has one, so that its way back leads through it. */
    static boolean atMlp(Tensors w, String block) {
        return w.has(block + "adapter.mlp.down.weight") || w.has(block + "adapter.beside.down.weight");
    }

    /** y + up(GELU(down(y))), y being what attention or MLP give before what came in is added. */
    static NDArray behind(Tensors w, String name, NDArray y) {
        if (!w.has(name + "down.weight")) {
            return y;
        }
        return y.add(layer(w, name + "up", Nn.gelu(layer(w, name + "down", y))));
    }

    /** sum + scale · up(ReLU(down(x))), x being what goes into the MLP's norm. */
    static NDArray beside(Tensors w, String name, NDArray x, NDArray sum) {
        if (!w.has(name + "down.weight")) {
            return sum;
        }
        NDArray up = layer(w, name + "up", Nn.relu(layer(w, name + "down", x)));
        return sum.add(up.mul(w.get(SCALE)));
    }

    private static NDArray layer(Tensors w, String name, NDArray x) {
        return Nn.linear(x, w.get(name + ".weight"), w.get(name + ".bias"));
    }
}
