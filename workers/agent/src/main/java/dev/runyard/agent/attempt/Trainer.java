package dev.runyard.agent.attempt;

import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The science, as an attempt sees it. */
@FunctionalInterface
public interface Trainer {
    /**
     * Trains from the newest valid checkpoint in {@code dir/checkpoints} until the end, or until the listener orders otherwise.
     *
     * @param spec as it was submitted; its hash goes into checkpoints as it is
     * @param dir the attempt's own; checkpoints are kept there
     * @param listener called on this thread; its order is asked for each step
     * @throws dev.runyard.vision.train.report.TrainingFailure for a failure that has a name
     */
    Outcome train(SpecDocument spec, Path dir, TrainingListener listener);

    /** The same of an attempt, where what it carries out is more than a training. */
    default Outcome run(SpecDocument spec, List<String> beside, Path dir, Attempt attempt)
            throws IOException, InterruptedException {
        return train(spec, beside, dir, attempt);
    }

    /**
     * The same on several devices; without a use for more than one unless said otherwise.
     *
     * @param beside keys of the further devices that the attempt has, all of this host
     */
    default Outcome train(SpecDocument spec, List<String> beside, Path dir, TrainingListener listener) {
        return train(spec, dir, listener);
    }

    /**
     * Before the first attempt.
     *
     * @param needs that the host told the service it has, by what runs need: {@code dataset:birds}; what it cannot read is not among them,
     *     and runs come here that have it from the lab
     */
    default void offers(Set<String> needs) {}

    /**
     * Whether a failure of training is the device's, which then is of no use to anybody.
     *
     * @return why, in one line; null for a failure of another kind
     */
    default @Nullable String lost(Throwable failure) {
        return null;
    }
}
