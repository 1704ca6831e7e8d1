package dev.runyard.vision.pretrain;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.training.DinoSpec;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;

/**
 * DINO's projection head (facebookresearch/dino vision_transformer.py, {@code DINOHead}): three linear layers with GELU between them, a
 * vector of length 1, and prototypes of length 1 without a bias. The names behind the prefix are those of the official files.
 */
final class DinoHead {
    private static final int[] LAYERS = {0, 2, 4};

    private DinoHead() {}

    static void init(Init init, String prefix, int width, DinoSpec spec) {
        NewVit.linear(init, prefix + "mlp.0", spec.hidden(), width);
        NewVit.linear(init, prefix + "mlp.2", spec.hidden(), spec.hidden());
        NewVit.linear(init, prefix + "mlp.4", spec.bottleneck(), spec.hidden());
        init.normal(
                prefix + "last_layer.weight_v", 1 / Math.sqrt(spec.bottleneck()), spec.prototypes(), spec.bottleneck());
    }

    /**
     * @param w with the head's tensors behind {@code prefix}
     * @param embedding [n, D]
     * @return [n, prototypes], cosines of the bottleneck and each prototype
     */
    static NDArray forward(Tensors w, String prefix, NDArray embedding) {
        NDArray x = embedding;
        for (int layer : LAYERS) {
            String name = prefix + "mlp." + layer;
            x = Nn.linear(x, w.get(name + ".weight"), w.get(name + ".bias"));
            x = layer == LAYERS[LAYERS.length - 1] ? x : Nn.gelu(x);
        }
        // The official gain weight_g stays at 1, so the weight is the direction alone.
        NDArray prototypes = w.get(prefix + "last_layer.weight_v").normalize(2, 1);
        return Nn.linear(x.normalize(2, 1), prototypes, null);
    }
}
