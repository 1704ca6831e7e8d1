package dev.runyard.vision.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * By what the loss is multiplied so that small gradients survive half precision (Micikevicius et al. 2018). A gradient that is not
 * finite halves the scale and its step is skipped; {@value #GROWTH} steps in a row without one double it. All of it is decided on the
 * device: nobody waits for it. Part of a checkpoint.
 */
public final class LossScale implements AutoCloseable {
    private static final double FIRST = 65_536;
    private static final int GROWTH = 2_000;
    private static final double LARGEST = 0x1p24;

    private final NDManager manager = Torch.manager();
    private final NDArray scale = Torch.scalar(manager, FIRST);
    private final NDArray good = Torch.scalar(manager, 0);
    private final NDArray skipped = Torch.scalar(manager, 0);
    private final NDArray zero = Torch.scalar(manager, 0);
    private final NDArray one = Torch.scalar(manager, 1);
    private final NDArray two = Torch.scalar(manager, 2);
    private final NDArray half = Torch.scalar(manager, 0.5);
    private final NDArray growth = Torch.scalar(manager, GROWTH);
    private final NDArray largest = Torch.scalar(manager, LARGEST);

    /** The loss to go back from. */
    public NDArray scaled(NDArray loss) {
        return loss.mul(scale);
    }

    /** By what the next loss is multiplied; waits for the device. */
    public float now() {
        return Torch.read(scale)[0];
    }

    /** Scale, steps since it last changed, and steps skipped so far; changed in place. */
    public Map<String, NDArray> state() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        out.put("fp16.scale", scale);
        out.put("fp16.good", good);
        out.put("fp16.skipped", skipped);
        return out;
    }

    /** Steps skipped so far; waits for the device. */
    public long skipped() {
        return (long) Torch.read(skipped)[0];
    }

    /** The gradients of the loss itself, and whether they may be used; sets the scale of the next step. */
    public Gradients taken(Tensors leaves) {
        NDArray inverse = one.div(scale);
        Map<String, NDArray> gradients = new LinkedHashMap<>();
        NDArray sum = zero;
        for (String name : leaves.byName().keySet()) {
            NDArray gradient = leaves.get(name).getGradient().mul(inverse);
            gradients.put(name, gradient);
            sum = sum.add(gradient.mul(zero).sum()); // 0, or not a number
        }
        NDArray whole = sum.eq(zero);
        NDArray now = good.add(one);
        NDArray grows = now.gte(growth);
        NDArray larger = Nn.where(grows, scale.mul(two).minimum(largest), scale);
        NDArray rest = Nn.where(grows, zero, now);
        Torch.assign(skipped, skipped.add(one).sub(Torch.asFloats(whole)));
        Torch.assign(good, Nn.where(whole, rest, zero));
        Torch.assign(scale, Nn.where(whole, larger, scale.mul(half)));
        return new Gradients(name -> gradients.get(name), whole);
    }

    @Override
    public void close() {
        manager.close();
    }
}
