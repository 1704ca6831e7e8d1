package dev.runyard.vision.backbone.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import org.jspecify.annotations.Nullable;

/**
 * One block of a pre-norm transformer, of images or of texts: attention, then an MLP, each added to what came in, and each in a scope
 * of its own, so that its intermediate arrays go at once. The weights carry
 * timm's names behind the block's own.
 *
 * <p>Letters: n inputs, T tokens, D width, h heads, d = D/h.
 */
public final class EncoderBlock implements AutoCloseable {
    private final int width;
    private final int heads;
    private final Activation activation;
    private final double eps;
    private final NDManager constants;
    private final NDArray attentionScale;
    private final NDArray quickGeluScale;

    /** @param heads divides the width */
    public EncoderBlock(int width, int heads, Activation activation, double eps) {
        this.width = width;
        this.heads = heads;
        this.activation = activation;
        this.eps = eps;
        constants = Torch.manager();
        attentionScale = Torch.scalar(constants, 1 / Math.sqrt((double) width / heads));
        quickGeluScale = Torch.scalar(constants, 1.702);
    }

    /**
     * What a block makes of one token.
     *
     * @param output [n, 1, D]
     * @param attention [n, h, 1, T], softmaxed over the last axis
     */
    public record Result(NDArray output, NDArray attention) {}

    /**
     * @param name of the block with a dot at its end, for example {@code blocks.0.}
     * @param x [n, T, D]
     * @param mask [T, T], added to the attention before the softmax; null for none
     * @return [n, T, D]
     */
    public NDArray forward(Tensors w, String name, NDArray x, @Nullable NDArray mask) {
        NDArray seen = Tape.part(() -> {
            NDArray qkv = Nn.linear(
                    norm(w, name + "norm1", x), w.get(name + "attn.qkv.weight"), w.get(name + "attn.qkv.bias"));
            NDList parts = heads(qkv, 3);
            return project(w, name, x, attention(parts.get(0), parts.get(1), mask), parts.get(2));
        });
        return Tape.part(() -> mlp(w, name, seen));
    }

    /**
     * As {@link #forward} without a mask, of the first token alone, for the last block of a tower that is pooled there: what the other
     * tokens would become nobody reads.
     *
     * @return output [n, 1, D], attention [n, h, 1, T]
     */
    public Result forwardFirst(Tensors w, String name, NDArray x) {
        NDArray normed = norm(w, name + "norm1", x);
        NDArray weight = w.get(name + "attn.qkv.weight"); // [3D, D]
        NDArray bias = w.get(name + "attn.qkv.bias");
        NDArray q = Nn.linear(first(normed), weight.get(":" + width), bias.get(":" + width));
        NDArray kv = Nn.linear(normed, weight.get(width + ":"), bias.get(width + ":"));
        NDList parts = heads(kv, 2);
        NDArray attention = attention(heads(q, 1).get(0), parts.get(0), null);
        return new Result(mlp(w, name, project(w, name, first(x), attention, parts.get(1))), attention);
    }

    private static NDArray first(NDArray x) {
        return x.get(":,:1");
    }

    /** [n, T, many·D] to many × [n, h, T, d]. */
    private NDList heads(NDArray x, int many) {
        long n = x.getShape().get(0);
        long t = x.getShape().get(1);
        NDList parts = x.reshape(n, t, many, heads, width / heads)
                .transpose(2, 0, 3, 1, 4)
                .split(many, 0);
        NDList out = new NDList();
        parts.forEach(part -> out.add(part.squeeze(0)));
        return out;
    }

    /** [n, h, queries, T] */
    private NDArray attention(NDArray q, NDArray k, @Nullable NDArray mask) {
        NDArray looks = q.mul(attentionScale).matMul(k.transpose(0, 1, 3, 2));
        return (mask == null ? looks : looks.add(mask)).softmax(-1);
    }

    /** @param x what the queries' tokens came in with */
    private static NDArray project(Tensors w, String name, NDArray x, NDArray attention, NDArray v) {
        NDArray mixed = attention.matMul(v).transpose(0, 2, 1, 3).reshape(x.getShape());
        return x.add(Nn.linear(mixed, w.get(name + "attn.proj.weight"), w.get(name + "attn.proj.bias")));
    }

    /** The MLP. */
    private NDArray mlp(Tensors w, String name, NDArray x) {
        NDArray hidden =
                Nn.linear(norm(w, name + "norm2", x), w.get(name + "mlp.fc1.weight"), w.get(name + "mlp.fc1.bias"));
        return x.add(Nn.linear(activate(hidden), w.get(name + "mlp.fc2.weight"), w.get(name + "mlp.fc2.bias")));
    }

    private NDArray activate(NDArray x) {
        return activation == Activation.GELU ? Nn.gelu(x) : x.mul(Nn.sigmoid(x.mul(quickGeluScale)));
    }

    /** The layer norm of the given name, with this block's eps. */
    public NDArray norm(Tensors w, String name, NDArray x) {
        return Nn.layerNorm(x, w.get(name + ".weight"), w.get(name + ".bias"), eps);
    }

    @Override
    public void close() {
        constants.close();
    }
}
