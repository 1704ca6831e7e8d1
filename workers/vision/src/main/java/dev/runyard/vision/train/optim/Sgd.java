package dev.runyard.vision.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Stochastic gradient descent as PyTorch defines it: v = momentum·v + (g + weightDecay·w), w = w - rate·v. */
public final class Sgd implements Optimiser {
    private final NDManager manager = Torch.manager();
    private final NDArray momentum;
    private final NDArray weightDecay;
    private final NDArray rate;
    private final boolean decays;
    private final Tensors velocities;

    public Sgd(OptimizerSpec spec, Tensors parameters) {
        momentum = Torch.scalar(manager, Objects.requireNonNull(spec.momentum()));
        weightDecay = Torch.scalar(manager, spec.weightDecay());
        rate = Torch.scalar(manager, 0);
        decays = spec.weightDecay() != 0;
        Map<String, NDArray> zeros = new LinkedHashMap<>();
        parameters.byName().forEach((name, p) -> zeros.put(name, manager.zeros(p.getShape(), p.getDataType())));
        velocities = new Tensors(zeros);
    }

    /** What momentum remembers, by the parameters' names; part of a checkpoint. */
    public Tensors velocities() {
        return velocities;
    }

    @Override
    public Map<String, NDArray> state() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        velocities.byName().forEach((name, velocity) -> out.put("momentum." + name, velocity));
        return out;
    }

    @Override
    public void step(Tensors parameters, Gradients gradients, double learningRate) {
        Torch.fill(rate, learningRate);
        parameters.byName().forEach((name, parameter) -> {
            NDArray gradient = gradients.of().apply(name);
            NDArray change = decays ? gradient.add(parameter.mul(weightDecay)) : gradient;
            NDArray velocity = velocities.get(name);
            if (gradients.whole() != null) {
                NDArray moved = velocity.mul(momentum).add(change);
                Torch.assign(parameter, gradients.unlessBroken(parameter.sub(moved.mul(rate)), parameter));
                Torch.assign(velocity, gradients.unlessBroken(moved, velocity));
                return;
            }
            velocity.muli(momentum).addi(change);
            parameter.subi(velocity.mul(rate));
        });
    }

    @Override
    public void close() {
        manager.close();
    }
}
