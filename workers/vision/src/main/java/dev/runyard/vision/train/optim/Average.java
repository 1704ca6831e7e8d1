package dev.runyard.vision.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The exponential average of parameters over their steps (Polyak and Juditsky 1992; PyTorch's {@code AveragedModel} with
 * {@code get_ema_avg_fn}): after the first step a copy, then decay·average + (1 − decay)·parameters. Part of a checkpoint.
 */
public final class Average implements AutoCloseable {
    private final NDManager manager = Torch.manager();
    private final Tensors parameters;
    private final Map<String, NDArray> average = new LinkedHashMap<>();
    private final NDArray keep;
    private final NDArray take;

    /** @param parameters that it follows; the optimiser changes them in place */
    public Average(double decay, Tensors parameters) {
        this.parameters = parameters;
        keep = Torch.scalar(manager, decay);
        take = Torch.scalar(manager, 1 - decay);
        parameters.byName().forEach((name, p) -> average.put(name, manager.zeros(p.getShape(), p.getDataType())));
    }

    /** By the names that a checkpoint gives them; changed in place. */
    public Map<String, NDArray> state() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        average.forEach((name, array) -> out.put("ema." + name, array));
        return out;
    }

    /** @param step number of the step that was just made, from 0 */
    public void follow(long step) {
        parameters.byName().forEach((name, parameter) -> {
            NDArray own = average.get(name);
            if (own == null) {
                throw new IllegalStateException("no average of " + name);
            }
            if (step == 0) {
                Torch.assign(own, parameter);
            } else {
                own.muli(keep).addi(parameter.mul(take));
            }
        });
    }

    /** Gives the parameters the averages, and the averages what the parameters were. Twice is as if never. */
    public void swap() {
        try (NDManager own = manager.newSubManager()) {
            parameters.byName().forEach((name, parameter) -> {
                NDArray other = average.get(name);
                if (other != null) {
                    NDArray before = own.zeros(parameter.getShape(), parameter.getDataType());
                    Torch.assign(before, parameter);
                    Torch.assign(parameter, other);
                    Torch.assign(other, before);
                }
            });
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
