package dev.runyard.vision.train.state;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.training.Select;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.nd.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A copy of what an objective was at its best validation, part of every checkpoint: whoever goes on from one elsewhere has no other.
 * Without a selection it holds nothing. Close it when the training is over.
 */
public final class BestWeights implements AutoCloseable {
    private static final String PREFIX = "best.";

    private final NDManager manager = Torch.manager();
    private final Objective objective;
    private final Map<String, NDArray> kept = new LinkedHashMap<>();

    /** Begins with the weights as they are. */
    public BestWeights(Select select, Objective objective) {
        this.objective = objective;
        if (select != Select.LAST) {
            now(objective).forEach((name, array) -> {
                NDArray copy = manager.zeros(array.getShape(), array.getDataType());
                Torch.assign(copy, array);
                kept.put(name, copy);
            });
        }
    }

    /** Larger is better; NaN is never best. */
    public static double score(Select select, Map<String, Double> validation) {
        return select == Select.BEST_VAL_LOSS
                ? -validation.getOrDefault("val/loss", Double.NaN)
                : validation.getOrDefault("val/top1", Double.NaN);
    }

    private static Map<String, NDArray> now(Objective objective) {
        Map<String, NDArray> out = new LinkedHashMap<>(objective.parameters().byName());
        out.putAll(objective.buffers().byName());
        return out;
    }

    /** Remembers the weights as they are. */
    public void keep() {
        Map<String, NDArray> now = now(objective);
        kept.forEach((name, array) -> Torch.assign(array, Objects.requireNonNull(now.get(name))));
    }

    /** Makes the weights what they were when they were kept. */
    public void restore() {
        Map<String, NDArray> now = now(objective);
        kept.forEach((name, array) -> Torch.assign(Objects.requireNonNull(now.get(name)), array));
    }

    /** By name in a checkpoint; empty without a selection. */
    public Map<String, NDArray> state() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        kept.forEach((name, array) -> out.put(PREFIX + name, array));
        return out;
    }

    @Override
    public void close() {
        manager.close();
    }
}
