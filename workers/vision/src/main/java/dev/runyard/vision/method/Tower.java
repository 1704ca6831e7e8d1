package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** A vision tower of which some tensors are copies that learn and the others are the shared frozen ones, which nothing changes. */
record Tower(FrozenBackbone backbone) {
    /** In front of the names of copies, so that they cannot be taken for the classifier's. */
    static final String PREFIX = "backbone.";

    /** Copies of the tensors whose name passes; never of the backbone's own head, which is a classifier. */
    Map<String, NDArray> copies(NDManager manager, Predicate<String> learns) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        backbone.weights().byName().forEach((name, frozen) -> {
            if (!name.startsWith("head.") && learns.test(name)) {
                long[] shape = frozen.getShape().getShape();
                out.put(PREFIX + name, Torch.floats(manager, Torch.read(frozen), shape));
            }
        });
        return out;
    }

    /** [n, 3, H, W] to [n, d], by the copies among the leaves and the frozen rest. */
    NDArray embedding(Tensors leaves, NDArray pixels) {
        Map<String, NDArray> all = new LinkedHashMap<>(backbone.weights().byName());
        leaves.byName().forEach((name, array) -> {
            if (name.startsWith(PREFIX)) {
                all.put(name.substring(PREFIX.length()), array);
            }
        });
        return backbone.transformer()
                .encode(new Tensors(all), pixels, null, false)
                .embedding();
    }
}
