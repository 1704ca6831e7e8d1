package dev.runyard.vision.method.net;

import ai.djl.ndarray.NDArray;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;

/** A batch norm by the names that PyTorch gives its tensors. */
final class Norms {
    private Norms() {}

    /** In training the running statistics and the count of batches change. */
    static NDArray apply(Tensors w, String name, NDArray x, boolean training) {
        if (training) {
            w.get(name + ".num_batches_tracked").addi(w.get("one"));
        }
        return Nn.batchNorm(
                x,
                w.get(name + ".running_mean"),
                w.get(name + ".running_var"),
                w.get(name + ".weight"),
                w.get(name + ".bias"),
                training);
    }
}
