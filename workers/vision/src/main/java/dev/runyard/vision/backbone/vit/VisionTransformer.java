package dev.runyard.vision.backbone.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import org.jspecify.annotations.Nullable;

/**
 * A pre-norm vision transformer, one operation after the other (science reference §1 "Frozen ViT input" and §6). The weights carry
 * the names of timm, whatever file they came from, with {@code norm_pre} and {@code projection} where the model has them.
 *
 * <p>Letters: n images, T tokens, K prompts, D width, h heads, d_out length of the embedding.
 */
public final class VisionTransformer implements AutoCloseable {
    private final VitShape shape;
    private final EncoderBlock block;

    public VisionTransformer(VitShape shape) {
        this(shape, false);
    }

    /** @param recompute whether a backward pass computes the first half of each MLP again instead of keeping its result */
    public VisionTransformer(VitShape shape, boolean recompute) {
        this.shape = shape;
        block = new EncoderBlock(shape.width(), shape.heads(), shape.activation(), shape.eps(), recompute);
    }

    /**
     * What the model says of a batch.
     *
     * @param embedding [n, d_out], pooled and projected, not L2-normalised
     * @param attention [n, h, T], what the class token of the last block looks at, softmaxed; null unless asked for
     */
    public record Encoding(NDArray embedding, @Nullable NDArray attention) {}

    public VitShape shape() {
        return shape;
    }

    /**
     * @param w the weights
     * @param pixels [n, 3, H, W], normalised, of the model's image size
     * @param prompts [n, K, D] appended to the tokens after the positional embedding, itself without one; or null
     */
    public Encoding encode(Tensors w, NDArray pixels, @Nullable NDArray prompts, boolean withAttention) {
        NDArray x = tokens(w, pixels); // [n, T, D]
        if (prompts != null) {
            try (NDArray bare = x) {
                x = Nn.concat(bare, prompts, 1); // [n, T+K, D]
            }
        }
        if (w.has("norm_pre.weight")) {
            try (NDArray before = x) {
                x = block.norm(w, "norm_pre", before);
            }
        }
        for (int i = 0; i < shape.depth() - 1; i++) {
            String name = "blocks." + i + ".";
            try (NDArray before = x) {
                x = block.forward(w, name, before, null);
            }
            Torch.giveBackHoles();
        }
        EncoderBlock.Result last = block.forwardFirst(w, "blocks." + (shape.depth() - 1) + ".", x);
        x.close();
        NDArray pooled = block.norm(w, "norm", last.output().get(":,0")); // [n, D]
        NDArray projection = w.find("projection");
        NDArray embedding = projection == null ? pooled : pooled.matMul(projection);
        return new Encoding(embedding, withAttention ? last.attention().get(":,:,0") : null);
    }

    /**
     * With prompts between the class token and the patches, as visual prompt tuning has them.
     *
     * @param prompts [L, K, D]: the first K enter with the tokens; those of each further block take the place of the ones before
     * @return the embedding [n, d_out]
     */
    public NDArray encodeInserted(Tensors w, NDArray pixels, NDArray prompts) {
        long blocks = prompts.getShape().get(0);
        long k = prompts.getShape().get(1);
        NDList each = blocks == 1 ? new NDList(prompts) : prompts.split(blocks, 0); // L × [1, K, D]
        NDArray x = inserted(tokens(w, pixels), each.get(0), 0); // [n, T+K, D]
        if (w.has("norm_pre.weight")) {
            x = block.norm(w, "norm_pre", x);
        }
        for (int i = 0; i < shape.depth(); i++) {
            String name = "blocks." + i + ".";
            NDArray input = i > 0 && i < blocks ? inserted(x, each.get(i), k) : x;
            boolean last = i == shape.depth() - 1;
            try (NDArray before = x;
                    input) {
                x = last ? block.forwardFirst(w, name, input).output() : block.forward(w, name, input, null);
            }
            Torch.giveBackHoles();
        }
        NDArray pooled = block.norm(w, "norm", x.get(":,0")); // [n, D]
        NDArray projection = w.find("projection");
        return projection == null ? pooled : pooled.matMul(projection);
    }

    /** Puts prompts [1, K, D] behind the class token, in place of as many as {@code old} there. */
    private static NDArray inserted(NDArray x, NDArray prompts, long old) {
        long n = x.getShape().get(0);
        long k = prompts.getShape().get(1);
        NDList parts = x.split(new long[] {1, 1 + old}, 1); // class token, old prompts, patches
        NDArray same = prompts.broadcast(n, k, x.getShape().get(2));
        return NDArrays.concat(new NDList(parts.get(0), same, parts.get(2)), 1);
    }

    /** The model's own head: [n, d_out] to [n, classes]. */
    public NDArray head(Tensors w, NDArray embedding) {
        return Nn.linear(embedding, w.get("head.weight"), w.find("head.bias"));
    }

    private NDArray tokens(Tensors w, NDArray pixels) {
        return Tape.part(() -> patchTokens(w, pixels));
    }

    private NDArray patchTokens(Tensors w, NDArray pixels) {
        NDArray patches = Nn.conv2d(
                pixels, w.get("patch_embed.weight"), w.find("patch_embed.bias"), shape.patch(), 0); // [n,D,g,g]
        long n = patches.getShape().get(0);
        patches = patches.reshape(n, shape.width(), -1).transpose(0, 2, 1); // [n, g·g, D]
        NDArray front = w.get("cls_token").reshape(1, -1, shape.width()); // with registers behind it
        NDArray cls = front.broadcast(n, front.getShape().get(1), shape.width());
        return Nn.concat(cls, patches, 1).add(w.get("pos_embed"));
    }

    @Override
    public void close() {
        block.close();
    }
}
