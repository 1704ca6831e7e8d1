package dev.runyard.vision.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.OptimizerSpec.Decay;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), in the order of operations of PyTorch's {@code AdamW}:
 * decay, moments, then the step with bias correction; see {@link OptimizerSpec}.
 */
public final class AdamW implements Optimiser {
    private static final double EPS = 1e-8;

    /** Before the first step here, since a checkpoint may have been read; from then on nobody but this class counts. */
    private static final long UNKNOWN = -1;

    /** Ends of the names of tokens and positions, which have two axes or more and are no matrices. */
    private static final List<String> TOKENS = List.of(
            "cls_token",
            "pos_embed",
            "token_embed",
            "prompts",
            "context",
            "tl_vectors",
            "pad_up",
            "pad_down",
            "pad_left",
            "pad_right");

    private final NDManager manager = Torch.manager();
    private final double beta1;
    private final double beta2;
    private final double weightDecay;
    private final Decay decay;
    private final NDArray keep1;
    private final NDArray take1;
    private final NDArray keep2;
    private final NDArray take2;
    private final NDArray shrink;
    private final NDArray size;
    private final NDArray correction;
    private final NDArray eps;
    private final NDArray steps;
    private final NDArray one;
    private long done = UNKNOWN;
    private final Map<String, NDArray> first = new LinkedHashMap<>();
    private final Map<String, NDArray> second = new LinkedHashMap<>();

    public AdamW(OptimizerSpec spec, Tensors parameters) {
        beta1 = Objects.requireNonNull(spec.beta1());
        beta2 = Objects.requireNonNull(spec.beta2());
        decay = Objects.requireNonNull(spec.decay());
        weightDecay = spec.weightDecay();
        keep1 = Torch.scalar(manager, beta1);
        take1 = Torch.scalar(manager, 1 - beta1);
        keep2 = Torch.scalar(manager, beta2);
        take2 = Torch.scalar(manager, 1 - beta2);
        shrink = Torch.scalar(manager, 1);
        size = Torch.scalar(manager, 0);
        correction = Torch.scalar(manager, 1);
        eps = Torch.scalar(manager, EPS);
        steps = Torch.longs(manager, new long[1], 1);
        one = Torch.longs(manager, new long[] {1}, 1);
        parameters.byName().forEach((name, p) -> {
            first.put(name, manager.zeros(p.getShape(), p.getDataType()));
            second.put(name, manager.zeros(p.getShape(), p.getDataType()));
        });
    }

    /** Both moments and the number of steps done. */
    @Override
    public Map<String, NDArray> state() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        out.put("adamw.steps", steps);
        first.forEach((name, array) -> out.put("adamw.first." + name, array));
        second.forEach((name, array) -> out.put("adamw.second." + name, array));
        return out;
    }

    @Override
    public void step(Tensors parameters, Gradients gradients, double learningRate) {
        steps.addi(one);
        done = done == UNKNOWN ? Torch.readLongs(steps)[0] : done + 1;
        long t = done;
        Torch.fill(shrink, 1 - learningRate * weightDecay);
        Torch.fill(size, learningRate / (1 - Math.pow(beta1, t)));
        Torch.fill(correction, Math.sqrt(1 - Math.pow(beta2, t)));
        parameters.byName().forEach((name, parameter) -> {
            NDArray gradient = gradients.of().apply(name);
            NDArray m = Objects.requireNonNull(first.get(name));
            NDArray v = Objects.requireNonNull(second.get(name));
            if (gradients.whole() != null) {
                NDArray shrunk = weightDecay != 0 && decays(name, parameter) ? parameter.mul(shrink) : parameter;
                NDArray m1 = m.mul(keep1).add(gradient.mul(take1));
                NDArray v1 = v.mul(keep2).add(gradient.mul(gradient).mul(take2));
                NDArray by = v1.sqrt().div(correction).add(eps);
                Torch.assign(
                        parameter, gradients.unlessBroken(shrunk.sub(m1.div(by).mul(size)), parameter));
                Torch.assign(m, gradients.unlessBroken(m1, m));
                Torch.assign(v, gradients.unlessBroken(v1, v));
                return;
            }
            if (weightDecay != 0 && decays(name, parameter)) {
                parameter.muli(shrink);
            }
            m.muli(keep1).addi(gradient.mul(take1));
            v.muli(keep2).addi(gradient.mul(gradient).mul(take2));
            NDArray divisor = v.sqrt().div(correction).add(eps);
            parameter.subi(m.div(divisor).mul(size));
        });
    }

    private boolean decays(String name, NDArray parameter) {
        return decay == Decay.ALL
                || parameter.getShape().dimension() > 1 && TOKENS.stream().noneMatch(name::endsWith);
    }

    @Override
    public void close() {
        manager.close();
    }
}
