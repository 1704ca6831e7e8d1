package dev.runyard.vision.train;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.training.TrainingSpec;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.method.solver.Objective.Loss;
import dev.runyard.vision.method.solver.Objective.Seen;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.optim.Average;
import dev.runyard.vision.train.optim.Clipping;
import dev.runyard.vision.train.optim.Gradients;
import dev.runyard.vision.train.optim.LossScale;
import dev.runyard.vision.train.optim.Mixing;
import dev.runyard.vision.train.optim.Optimiser;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
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
    private final Mixing mixing;
    private final @Nullable Clipping clipping;
    private final @Nullable Average average;

    /** @param readings take what each step measures */
    Step(RunSpec spec, Objective objective, Readings readings) {
        microBatch = spec.microBatch();
        this.objective = objective;
        this.readings = readings;
        optimiser = Optimiser.of(spec.optimizer(), objective.parameters());
        TrainingSpec training = spec.steadied();
        mixing = new Mixing(training, spec.seed());
        clipping = training.clipGradient() == null ? null : new Clipping(training.clipGradient());
        average = training.ema() == null ? null : new Average(training.ema(), objective.parameters());
        scale = spec.backbone().precision() == BackboneSpec.Precision.FP16 ? new LossScale() : null;
    }

    /** All that a step changes, by its name in a checkpoint. */
    Map<String, NDArray> state() {
        Map<String, NDArray> out = new LinkedHashMap<>(objective.parameters().byName());
        out.putAll(optimiser.state());
        if (scale != null) {
            out.putAll(scale.state());
        }
        if (average != null) {
            out.putAll(average.state());
        }
        out.putAll(objective.buffers().byName());
        return out;
    }

    /** Steps that half precision skipped so far; waits for the device. */
    long skipped() {
        return scale == null ? 0 : scale.skipped();
    }

    /** Judges, or whatever else is to see the parameters that the training is for: their average where it keeps one. */
    <T> T judged(Work<T> work) throws IOException {
        if (average == null) {
            return work.done();
        }
        average.swap();
        try {
            return work.done();
        } finally {
            average.swap();
        }
    }

    /** See {@link #judged}. */
    interface Work<T> {
        T done() throws IOException;
    }

    /** Leaves the parameters that the training is for; no step may follow. */
    void settle() {
        if (average != null) {
            average.swap();
        }
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
            Seen given = mixing.mixed(manager, seen, number);
            Tensors leaves = objective.parameters().leaves();
            try (Tape tape = new Tape()) {
                for (int from = 0; from < seen.size(); from += part) {
                    backward(manager, tape, leaves, given, from, Math.min(seen.size(), from + part), number);
                }
            }
            Gradients gradients = scale == null ? Gradients.at(leaves) : scale.taken(leaves);
            if (clipping != null) {
                gradients = clipping.clipped(objective.parameters(), gradients);
            }
            optimiser.step(objective.parameters(), gradients, rate);
            if (average != null) {
                average.follow(number);
            }
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
        if (clipping != null) {
            clipping.close();
        }
        if (average != null) {
            average.close();
        }
        if (scale != null) {
            scale.close();
        }
    }
}
