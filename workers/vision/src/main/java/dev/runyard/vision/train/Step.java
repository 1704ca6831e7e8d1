package dev.runyard.vision.train;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.method.solver.Objective.Loss;
import dev.runyard.vision.method.solver.Objective.Seen;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.optim.Gradients;
import dev.runyard.vision.train.optim.LossScale;
import dev.runyard.vision.train.optim.Optimiser;
import dev.runyard.vision.train.report.TrainingFailure;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one batch does to the parameters: its loss, the way back in parts, and the optimiser. Reads nothing from the device. */
final class Step implements AutoCloseable {
    private final @Nullable Integer microBatch;
    private final Objective objective;
    private final Readings readings;
    private final Optimiser optimiser;
    private final @Nullable LossScale scale;

    /** @param readings take what each step measures */
    Step(RunSpec spec, Objective objective, Readings readings) {
        microBatch = spec.microBatch();
        this.objective = objective;
        this.readings = readings;
        optimiser = Optimiser.of(spec.optimizer(), objective.parameters());
        scale = spec.backbone().precision() == BackboneSpec.Precision.FP16 ? new LossScale() : null;
    }

    /** All that a step changes, by its name in a checkpoint. */
    Map<String, NDArray> state() {
        Map<String, NDArray> out = new LinkedHashMap<>(objective.parameters().byName());
        out.putAll(optimiser.state());
        if (scale != null) {
            out.putAll(scale.state());
        }
        out.putAll(objective.buffers().byName());
        return out;
    }

    /** Steps that half precision skipped so far; waits for the device. */
    long skipped() {
        return scale == null ? 0 : scale.skipped();
    }

    /**
     * Takes one.
     *
     * @param number of the step, from 0
     * @param steps of the whole training
     * @param rate learning rate
     * @throws TrainingFailure OUT_OF_MEMORY, with the number of images that would fit
     */
    void take(Seen seen, long number, long steps, double rate) {
        readings.begin(number + 1, rate);
        int part = microBatch == null ? seen.size() : microBatch;
        try {
            learn(seen, part, number, steps, rate);
        } catch (EngineException | OutOfMemoryError e) {
            if (TrainingFailure.memory(e)) {
                readings.close();
                throw new MemoryProbe(objective, number).failure(e, seen, part);
            }
            throw e;
        }
    }

    private void learn(Seen seen, int part, long number, long steps, double rate) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Tensors leaves = objective.parameters().leaves();
            try (Tape tape = new Tape()) {
                for (int from = 0; from < seen.size(); from += part) {
                    backward(manager, tape, leaves, seen, from, Math.min(seen.size(), from + part), number);
                }
            }
            optimiser.step(objective.parameters(), scale == null ? Gradients.at(leaves) : scale.taken(leaves), rate);
            objective.stepped(number, steps);
        }
    }

    /** Adds the gradients of a part of a batch, which has a share in the batch's mean by its number of images. */
    private void backward(NDManager manager, Tape tape, Tensors leaves, Seen seen, int from, int to, long number) {
        boolean whole = to - from == seen.size();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Seen part = whole ? seen : seen.part(from, to);
            Loss found = objective.loss(manager, leaves, part, number);
            if (!whole) {
                double share = (double) (to - from) / seen.size();
                found = new Loss(found.mean().mul(Torch.scalar(manager, share)), found.scores());
            }
            tape.backward(scale == null ? found.mean() : scale.scaled(found.mean()));
            readings.add(found, part.labels());
        }
    }

    @Override
    public void close() {
        optimiser.close();
        if (scale != null) {
            scale.close();
        }
    }
}
