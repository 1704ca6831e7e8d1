package dev.runyard.vision.backbone.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One block of a pre-norm transformer, of images or of texts: attention, then an MLP, each added to what came in, and each in a scope
 * of its own, so that its intermediate arrays go at once. The weights carry
 * timm's names behind the block's own.
 *
 * <p>Letters: n inputs, T tokens, D width, h heads, d = D/h.
 */
public final class EncoderBlock implements AutoCloseable {
    /**
     * Tokens from which on a processor computes an attention without a mask in one call of the engine, which never holds all of its
     * weights. Of fewer tokens operation by operation is as fast. On a GPU that call may round to TF32.
     */
    static final int ONE_CALL_FROM = 128;

    private static final List<String> MLP = List.of("norm2", "mlp.fc1", "mlp.fc2");

    private final int width;
    private final int heads;
    private final Activation activation;
    private final double eps;
    private final boolean recompute;
    private final NDManager constants;
    private final NDArray attentionScale;
    private final NDArray quickGeluScale;
    private final NDArray one;
    private @Nullable FusedModule module;

    /** @param heads divides the width */
    public EncoderBlock(int width, int heads, Activation activation, double eps) {
        this(width, heads, activation, eps, false);
    }

    /** @param recompute whether the way back computes the MLP's first half again instead of keeping its result: less memory, more time */
    EncoderBlock(int width, int heads, Activation activation, double eps, boolean recompute) {
        this.width = width;
        this.recompute = recompute;
        this.heads = heads;
        this.activation = activation;
        this.eps = eps;
        constants = Torch.manager();
        attentionScale = Torch.scalar(constants, 1 / Math.sqrt((double) width / heads));
        quickGeluScale = Torch.scalar(constants, 1.702);
        one = Torch.scalar(constants, 1);
        Torch.outlive(constants);
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
        try (NDArray seen = Tape.part(() -> {
            NDArray qkv = Nn.linear(
                    norm(w, name + "norm1", x), w.get(name + "attn.qkv.weight"), w.get(name + "attn.qkv.bias"));
            NDList parts = heads(qkv, 3);
            return project(w, name, x, mixed(parts.get(0), parts.get(1), parts.get(2), mask));
        })) {
            return mlp(w, name, seen);
        }
    }

    /**
     * As {@link #forward} without a mask, of the first token alone, for the last block of a tower that is pooled there: what the other
     * tokens would become nobody reads.
     *
     * @return output [n, 1, D], attention [n, h, 1, T]
     */
    public Result forwardFirst(Tensors w, String name, NDArray x) {
        NDList both = Tape.parts(() -> {
            NDArray normed = norm(w, name + "norm1", x);
            NDArray weight = w.get(name + "attn.qkv.weight"); // [3D, D]
            NDArray bias = w.get(name + "attn.qkv.bias");
            NDArray q = Nn.linear(first(normed), weight.get(":" + width), bias.get(":" + width));
            NDArray kv = Nn.linear(normed, weight.get(width + ":"), bias.get(width + ":"));
            NDList parts = heads(kv, 2);
            NDArray attention = attention(heads(q, 1).get(0), parts.get(0), null);
            return new NDList(project(w, name, first(x), attention.matMul(parts.get(1))), attention);
        });
        try (NDArray seen = both.get(0)) {
            return new Result(mlp(w, name, seen), both.get(1));
        }
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

    /** What the tokens take of each other: [n, h, T, d]. */
    private NDArray mixed(NDArray q, NDArray k, NDArray v, @Nullable NDArray mask) {
        boolean inOneCall = mask == null && Torch.onHost() && q.getShape().get(2) >= ONE_CALL_FROM;
        return inOneCall
                ? module().call("attend", q, k, v)
                : attention(q, k, mask).matMul(v);
    }

    /** Made when it is first needed: most towers see too few tokens. */
    private synchronized FusedModule module() {
        FusedModule made = module;
        if (made == null) {
            made = new FusedModule(constants);
            module = made;
        }
        return made;
    }

    /** [n, h, queries, T] */
    private NDArray attention(NDArray q, NDArray k, @Nullable NDArray mask) {
        NDArray looks = q.mul(attentionScale).matMul(k.transpose(0, 1, 3, 2));
        return (mask == null ? looks : looks.add(mask)).softmax(-1);
    }

    /**
     * @param x what the queries' tokens came in with
     * @param mixed [n, h, queries, d]
     */
    private static NDArray project(Tensors w, String name, NDArray x, NDArray mixed) {
        NDArray together = mixed.transpose(0, 2, 1, 3).reshape(x.getShape());
        NDArray y = Nn.linear(together, w.get(name + "attn.proj.weight"), w.get(name + "attn.proj.bias"));
        return x.add(Bottleneck.behind(w, name + "adapter.attn.", y));
    }

    /** The MLP; where its weights are frozen, with a way back of its own. */
    private NDArray mlp(Tensors w, String name, NDArray x) {
        boolean saves = activation == Activation.QUICK_GELU || recompute;
        boolean frozen = saves
                && !Bottleneck.atMlp(w, name)
                && MLP.stream()
                        .noneMatch(part -> Tape.records(w.get(name + part + ".weight"))
                                || Tape.records(w.get(name + part + ".bias")));
        return frozen && Tape.records(x) ? cut(w, name, x) : Tape.part(() -> out(w, name, x, hidden(w, name, x)));
    }

    /**
     * The engine keeps, for the way back through a QuickGELU, its argument and its sigmoid, which are four times as wide as the tokens.
     * Here only the slope is kept, or not even that, which is then computed again.
     */
    private NDArray cut(Tensors w, String name, NDArray x) {
        NDArray[] kept = new NDArray[1];
        return Tape.cut(
                x,
                input -> {
                    NDArray hidden = hidden(w, name, input);
                    if (recompute) {
                        return out(w, name, input, hidden);
                    }
                    NDArray scaled = hidden.mul(quickGeluScale);
                    NDArray gate = Nn.sigmoid(scaled);
                    NDArray active = hidden.muli(gate);
                    kept[0] = slope(scaled, gate);
                    NDScope.unregister(kept[0]);
                    return behind(w, name, input, active);
                },
                (input, upstream) -> {
                    NDArray slope = kept[0] == null ? Tape.part(() -> slope(hidden(w, name, input))) : kept[0];
                    NDArray toNorm = upstream.matMul(w.get(name + "mlp.fc2.weight"))
                            .muli(slope)
                            .matMul(w.get(name + "mlp.fc1.weight"));
                    slope.close();
                    NDArray below = leaf(input);
                    Tape.backward(norm(w, name + "norm2", below), toNorm);
                    return upstream.add(below.getGradient());
                });
    }

    /** Of the activation at x. */
    private NDArray slope(NDArray x) {
        if (activation == Activation.QUICK_GELU) {
            NDArray scaled = x.mul(quickGeluScale);
            return slope(scaled, Nn.sigmoid(scaled));
        }
        NDArray leaf = leaf(x);
        NDArray active = Nn.gelu(leaf);
        Tape.backward(active, active.onesLike());
        return leaf.getGradient();
    }

    /**
     * Of the QuickGELU x g, with g = sigmoid(s) and s = 1.702 x: g (1 + s - s g).
     *
     * @param scaled s; holds the result
     */
    private NDArray slope(NDArray scaled, NDArray gate) {
        try (NDArray product = scaled.mul(gate)) {
            return scaled.subi(product).addi(one).muli(gate);
        }
    }

    private static NDArray leaf(NDArray array) {
        NDArray leaf = array.stopGradient();
        leaf.setRequiresGradient(true);
        return leaf;
    }

    /** [n, T, 4D], before the activation. */
    private NDArray hidden(Tensors w, String name, NDArray x) {
        try (NDArray normed = norm(w, name + "norm2", x)) {
            return Nn.linear(normed, w.get(name + "mlp.fc1.weight"), w.get(name + "mlp.fc1.bias"));
        }
    }

    private NDArray out(Tensors w, String name, NDArray x, NDArray hidden) {
        return behind(w, name, x, Tape.part(() -> activate(hidden)));
    }

    /** @param active [n, T, 4D] */
    private NDArray behind(Tensors w, String name, NDArray x, NDArray active) {
        NDArray y = Nn.linear(active, w.get(name + "mlp.fc2.weight"), w.get(name + "mlp.fc2.bias"));
        NDArray sum = x.add(Bottleneck.behind(w, name + "adapter.mlp.", y));
        return Bottleneck.beside(w, name + "adapter.beside.", x, sum);
    }

    private NDArray activate(NDArray x) {
        if (activation == Activation.GELU) {
            return Nn.gelu(x);
        }
        NDArray gate;
        try (NDArray scaled = x.mul(quickGeluScale)) {
            gate = Nn.sigmoid(scaled);
        }
        return Tape.records(x) ? x.mul(gate) : gate.muli(x);
    }

    /** The layer norm of the given name, with this block's eps. */
    public NDArray norm(Tensors w, String name, NDArray x) {
        return Nn.layerNorm(x, w.get(name + ".weight"), w.get(name + ".bias"), eps);
    }

    @Override
    public synchronized void close() {
        FusedModule made = module;
        if (made != null) {
            made.close();
        }
        constants.close();
    }
}
