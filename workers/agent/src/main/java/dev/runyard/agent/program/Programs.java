package dev.runyard.agent.program;

import dev.runyard.agent.attempt.Attempt;
import dev.runyard.agent.attempt.Trainer;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.run.Task;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs programs where this worker's owner allows it; all other tasks are another trainer's. */
public final class Programs implements Trainer {
    private final Trainer others;
    private final Rules rules;

    /**
     * What this worker's owner and its device say of programs.
     *
     * @param allowed whether there are to be any
     * @param within an executable that is given each program and setup as its arguments, in their folder and environment; null: none
     * @param secrets what they may have by name
     * @param environment the worker's own
     * @param devices value of {@code CUDA_VISIBLE_DEVICES}; empty: none
     * @param home where archives and what setups made are kept
     * @param grace from SIGTERM to SIGKILL
     */
    public record Rules(
            boolean allowed,
            @Nullable Path within,
            Secrets secrets,
            Map<String, String> environment,
            String devices,
            Path home,
            Duration grace) {
        List<String> whole(List<String> command) {
            return within == null
                    ? command
                    : Stream.concat(Stream.of(within.toString()), command.stream())
                            .toList();
        }
    }

    public Programs(Rules rules, Trainer others) {
        this.rules = rules;
        this.others = others;
    }

    @Override
    public Outcome train(SpecDocument spec, Path dir, TrainingListener listener) {
        return others.train(spec, dir, listener);
    }

    @Override
    public Outcome run(SpecDocument document, List<String> beside, Path dir, Attempt attempt)
            throws IOException, InterruptedException {
        if (document.spec().task() != Task.COMMAND) {
            return others.run(document, beside, dir, attempt);
        }
        return new ProgramRun(document, dir, attempt, rules).run();
    }

    @Override
    public void offers(Set<String> needs) {
        others.offers(needs);
    }

    @Override
    public @Nullable String lost(Throwable failure) {
        return others.lost(failure);
    }
}
