package dev.runyard.vision.train;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.method.solver.Objective.Loss;
import dev.runyard.vision.method.solver.Objective.Seen;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.input.Batches;
import dev.runyard.vision.train.optim.Mixing;
import dev.runyard.vision.train.report.TrainingFailure;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The way through a model and back for one batch, or for the share of one that a device has.
 *
 * @param microBatch images on the device at a time; null for all
 * @param mixing of a batch's images with each other
 */
record Pass(Objective objective, @Nullable Integer microBatch, Mixing mixing) {
    /** Hears what the parts of a batch measured. */
    interface Heard {
        /** @param loss its mean is the part's share in the mean of the whole batch */
        void part(Loss loss, int[] labels);

        /** There is too little memory: what is kept of earlier parts goes. */
        void givenUp();
    }

    /**
     * Takes one.
     *
     * @param number of the step, from 0
     * @param scaled what to go back from, given a loss
     * @param then sees the leaves of the parameters with their gradients
     * @throws TrainingFailure OUT_OF_MEMORY, with the number of images that would fit
     */
    void take(Batches.Fed fed, long number, UnaryOperator<NDArray> scaled, Heard heard, Consumer<Tensors> then) {
        Seen seen = new Seen(fed.views(), fed.labels(), fed.classes());
        int part = microBatch == null ? seen.size() : microBatch;
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Seen given = mixing.mixed(manager, seen, fed.mix());
            Tensors leaves = objective.parameters().leaves();
            try (Tape tape = new Tape()) {
                for (int from = 0; from < seen.size(); from += part) {
                    int to = Math.min(seen.size(), from + part);
                    Seen some = to - from == seen.size() ? given : given.part(from, to);
                    try (NDScope inner = new NDScope()) {
                        inner.suppressNotUsedWarning();
                        Loss loss = shared(manager, objective.loss(manager, leaves, some, number), some, fed.whole());
                        tape.backward(scaled.apply(loss.mean()));
                        heard.part(loss, some.labels());
                    }
                }
            }
            then.accept(leaves);
        } catch (EngineException | OutOfMemoryError e) {
            if (TrainingFailure.memory(e)) {
                heard.givenUp();
                throw new MemoryProbe(objective, number).failure(e, seen, part);
            }
            throw e;
        }
    }

    /** With the mean of a part of a batch as its share in the mean of the whole. */
    private static Loss shared(NDManager manager, Loss loss, Seen part, int whole) {
        return part.size() == whole
                ? loss
                : new Loss(loss.mean().mul(Torch.scalar(manager, (double) part.size() / whole)), loss.scores());
    }
}
