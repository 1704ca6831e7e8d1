package dev.runyard.vision.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.backbone.VitShape.Activation;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import org.jspecify.annotations.Nullable;

/**
 * A pre-norm vision transformer, one operation after the other (science reference §1 "Frozen ViT input" and §6). The weights carry
 * the names of timm, whatever file they came from, with {@code norm_pre} and {@code projection} where the model has them.
 *
 * <p>Letters: n images, T tokens, K prompts, D width, h heads, d = D/h, d_out length of the embedding.
 */
public final class VisionTransformer implements AutoCloseable {
    private final VitShape shape;
    private final NDManager constants;
    private final NDArray attentionScale;
    private final NDArray quickGeluScale;

    public VisionTransformer(VitShape shape) {
        this.shape = shape;
        constants = Torch.manager();
        attentionScale = Torch.scalar(constants, 1 / Math.sqrt((double) shape.width() / shape.heads()));
        quickGeluScale = Torch.scalar(constants, 1.702);
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
            x = Nn.concat(x, prompts, 1); // [n, T+K, D]
        }
        if (w.has("norm_pre.weight")) {
            x = norm(w, "norm_pre", x);
        }
        for (int i = 0; i < shape.depth() - 1; i++) {
            String name = "blocks." + i + ".";
            NDArray input = x;
            x = Tape.part(() -> block(w, name, input).output);
        }
        Block last = block(w, "blocks." + (shape.depth() - 1) + ".", x);
        NDArray pooled = norm(w, "norm", last.output.get(":,0")); // [n, D]
        NDArray projection = w.find("projection");
        NDArray embedding = projection == null ? pooled : pooled.matMul(projection);
        return new Encoding(embedding, withAttention ? last.attention.get(":,:,0") : null);
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
            x = norm(w, "norm_pre", x);
        }
        for (int i = 0; i < shape.depth(); i++) {
            String name = "blocks." + i + ".";
            NDArray input = i > 0 && i < blocks ? inserted(x, each.get(i), k) : x;
            x = Tape.part(() -> block(w, name, input).output);
        }
        NDArray pooled = norm(w, "norm", x.get(":,0")); // [n, D]
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
        NDArray patches = Nn.conv2d(
                pixels, w.get("patch_embed.weight"), w.find("patch_embed.bias"), shape.patch(), 0); // [n,D,g,g]
        long n = patches.getShape().get(0);
        patches = patches.reshape(n, shape.width(), -1).transpose(0, 2, 1); // [n, g·g, D]
        NDArray cls = w.get("cls_token").reshape(1, 1, shape.width()).broadcast(n, 1, shape.width());
        return Nn.concat(cls, patches, 1).add(w.get("pos_embed"));
    }

    private record Block(NDArray output, NDArray attention) {}

    private Block block(Tensors w, String name, NDArray x) {
        long n = x.getShape().get(0);
        long t = x.getShape().get(1);
        int h = shape.heads();
        int d = shape.width() / h;
        NDArray qkv =
                Nn.linear(norm(w, name + "norm1", x), w.get(name + "attn.qkv.weight"), w.get(name + "attn.qkv.bias"));
        NDList parts = qkv.reshape(n, t, 3, h, d).transpose(2, 0, 3, 1, 4).split(3, 0); // 3 × [1, n, h, T, d]
        NDArray q = parts.get(0).squeeze(0).mul(attentionScale);
        NDArray k = parts.get(1).squeeze(0);
        NDArray v = parts.get(2).squeeze(0);
        NDArray attention = q.matMul(k.transpose(0, 1, 3, 2)).softmax(-1); // [n, h, T, T]
        NDArray mixed = attention.matMul(v).transpose(0, 2, 1, 3).reshape(n, t, shape.width());
        x = x.add(Nn.linear(mixed, w.get(name + "attn.proj.weight"), w.get(name + "attn.proj.bias")));
        NDArray hidden =
                Nn.linear(norm(w, name + "norm2", x), w.get(name + "mlp.fc1.weight"), w.get(name + "mlp.fc1.bias"));
        hidden = activate(hidden);
        x = x.add(Nn.linear(hidden, w.get(name + "mlp.fc2.weight"), w.get(name + "mlp.fc2.bias")));
        return new Block(x, attention);
    }

    private NDArray activate(NDArray x) {
        return shape.activation() == Activation.GELU ? Nn.gelu(x) : x.mul(Nn.sigmoid(x.mul(quickGeluScale)));
    }

    private NDArray norm(Tensors w, String name, NDArray x) {
        return Nn.layerNorm(x, w.get(name + ".weight"), w.get(name + ".bias"), shape.eps());
    }

    @Override
    public void close() {
        constants.close();
    }
}
