package dev.runyard.vision.train;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.method.solver.Objective.Seen;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.report.TrainingFailure;

/**
 * How many images a step has memory for, which nothing but trying tells. To be asked when a step found too little: the run is over then, so
 * what trying does to its state is nobody's.
 *
 * @param step its number, from 0
 */
record MemoryProbe(Objective objective, long step) {
    /**
     * The failure of a step on {@code part} images at a time, with the largest half, quarter and so on of them that fits.
     *
     * @param fault what the engine said
     * @param seen the step's batch
     */
    TrainingFailure failure(Throwable fault, Seen seen, int part) {
        Torch.giveBack();
        String free = (Torch.freeMemory() >> 20) + " MiB are free";
        int fits = 0;
        for (int n = part / 2; n >= 1 && fits == 0; n /= 2) {
            fits = fits(seen, n) ? n : 0;
        }
        String remedy = fits == 0
                ? "not even one image fits: lower what the method has of its own (prompts, librarySize, resolution), or use"
                        + " another device"
                : fits + " images at a time fit: set microBatch: " + fits + ", or a batchSize of as many";
        return new TrainingFailure(
                FailureReason.OUT_OF_MEMORY,
                "a step on " + part + " images at a time asked for more memory than there is ("
                        + TrainingFailure.line(fault) + "; " + free + " without it); " + remedy,
                fault);
    }

    private boolean fits(Seen seen, int n) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope();
                Tape tape = new Tape()) {
            scope.suppressNotUsedWarning();
            for (NDArray view : seen.views()) {
                manager.zeros(
                        view.getShape(), view.getDataType()); // the batch that the loader may have ready meanwhile
            }
            Tensors leaves = objective.parameters().leaves();
            tape.backward(objective.loss(manager, leaves, seen.part(0, n), step).mean());
            return true;
        } catch (EngineException | OutOfMemoryError e) {
            return false;
        } finally {
            Torch.giveBack();
        }
    }
}
