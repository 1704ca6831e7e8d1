package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.training.TrainingSpec;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.train.input.Batches;
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

/** What one batch does to the parameters. On one device nothing is read from it. */
final class Step implements AutoCloseable {
    private final Objective objective;
    private final Pass pass;
    private final Peers peers;
    private final Readings readings;
    private final Optimiser optimiser;
    private final @Nullable LossScale scale;
    private final @Nullable Clipping clipping;
    private final @Nullable Average average;

    /**
     * @param peers with which each batch is shared
     * @param readings take what each step measures
     */
    Step(RunSpec spec, Objective objective, Peers peers, Readings readings) {
        this.objective = objective;
        this.peers = peers;
        pass = new Pass(objective, spec.microBatch(), new Mixing(spec.steadied(), spec.seed()));
        this.readings = readings;
        optimiser = Optimiser.of(spec.optimizer(), objective.parameters());
        TrainingSpec training = spec.steadied();
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
    void take(Batches.Fed fed, long number, long steps, double rate) {
        readings.begin(number + 1, rate);
        peers.begin(number, () -> scale == null ? 1 : scale.now());
        pass.take(fed, number, loss -> scale == null ? loss : scale.scaled(loss), readings, leaves -> {
            peers.join(leaves, readings);
            Gradients gradients = scale == null ? Gradients.at(leaves) : scale.taken(leaves);
            if (clipping != null) {
                gradients = clipping.clipped(objective.parameters(), gradients);
            }
            optimiser.step(objective.parameters(), gradients, rate);
            if (average != null) {
                average.follow(number);
            }
            objective.stepped(number, steps);
        });
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
