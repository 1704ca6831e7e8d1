package dev.runyard.vision.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.BackboneSpec;
import dev.runyard.vision.backbone.VisionTransformer.Encoding;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A vision transformer whose weights never change: no gradient buffer is made for them, and {@link #sha256} of the live arrays is the
 * same before and after any run. Held once a process for each file; runs on several threads may share it.
 */
public final class FrozenBackbone implements AutoCloseable {
    private static final Map<String, FrozenBackbone> OPEN = new HashMap<>();

    private final VitShape shape;
    private final VisionTransformer transformer;
    private final NDManager manager;
    private final Tensors weights;
    private final OptionalDouble logitScale;
    private final String sha256;

    private FrozenBackbone(BackboneReader.Read read) {
        shape = read.shape();
        transformer = new VisionTransformer(shape);
        manager = read.manager();
        weights = read.weights();
        logitScale = read.logitScale();
        sha256 = weights.sha256();
    }

    /**
     * The backbone of a spec, kept for the next caller with the same unchanged file.
     *
     * @param weights one of {@link BackboneSpec#SHIPPED}, a safetensors file, or a folder with one and its {@code config.json}
     * @throws WeightsException when the tensors are not those of a known vision transformer
     * @throws IOException when the file cannot be read, also with the faults of a damaged safetensors file
     */
    public static FrozenBackbone shared(String weights) throws IOException {
        synchronized (OPEN) {
            String key = StoredBackbone.identity(weights);
            FrozenBackbone open = OPEN.get(key);
            if (open == null) {
                open = open(weights);
                OPEN.put(key, open);
            }
            return open;
        }
    }

    /** As {@link #shared}, but owned by the caller. */
    public static FrozenBackbone open(String weights) throws IOException {
        Torch.enter();
        try (StoredBackbone stored = StoredBackbone.open(weights)) {
            return new FrozenBackbone(BackboneReader.read(stored.weights(), stored.config()));
        }
    }

    public VitShape shape() {
        return shape;
    }

    /** Of names, shapes and values when it was read; a file in half precision and its widened copy have the same. */
    public String sha256() {
        return sha256;
    }

    /** Of the arrays as they are now. */
    public String sha256Now() {
        return weights.sha256();
    }

    /** CLIP's ln of the scale in front of the cosine, when the file has one. */
    public OptionalDouble logitScale() {
        return logitScale;
    }

    /** See {@link VisionTransformer#encode}. */
    public Encoding encode(NDArray pixels, @Nullable NDArray prompts, boolean withAttention) {
        return transformer.encode(weights, pixels, prompts, withAttention);
    }

    /** Scores of the model's own head; only when {@link VitShape#classes} is not 0. */
    public NDArray head(NDArray embedding) {
        return transformer.head(weights, embedding);
    }

    /** The network itself, for methods that use it with other tensors than these. */
    public VisionTransformer transformer() {
        return transformer;
    }

    /** The frozen tensors by the transformer's names; never to be changed. */
    public Tensors weights() {
        return weights;
    }

    /** Numbers in the vision tower: all that full fine-tuning trains but the classifier. */
    public long parameters() {
        return weights.byName().entrySet().stream()
                .filter(e -> !e.getKey().startsWith("head."))
                .mapToLong(e -> e.getValue().size())
                .sum();
    }

    /** A frozen tensor by the transformer's name for it, for example {@code head.weight}. */
    public NDArray tensor(String name) {
        return weights.get(name);
    }

    public boolean has(String name) {
        return weights.has(name);
    }

    @Override
    public void close() {
        manager.close();
        transformer.close();
    }
}
