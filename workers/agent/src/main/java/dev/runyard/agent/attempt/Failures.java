package dev.runyard.agent.attempt;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.device.CudaFault;
import dev.runyard.vision.file.Telling;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Locale;

/** What an exception of an attempt means for its run. */
final class Failures {
    private Failures() {}

    static Outcome.Failed outcome(long step, Throwable failure) {
        if (failure instanceof TrainingFailure named) {
            return new Outcome.Failed(step, named.reason(), line(named));
        }
        if (failure instanceof CheckpointCache.Damaged) {
            return new Outcome.Failed(step, FailureReason.NO_VALID_CHECKPOINT, line(failure));
        }
        if (failure instanceof InvalidSpec) {
            return new Outcome.Failed(step, FailureReason.SPEC, line(failure));
        }
        if (failure instanceof OutOfMemoryError || says(failure, "out of memory")) {
            return new Outcome.Failed(
                    step,
                    FailureReason.OUT_OF_MEMORY,
                    line(failure) + "; make batchSize smaller or use a device with more memory");
        }
        if (TrainingFailure.diskFull(failure)) {
            return new Outcome.Failed(step, FailureReason.DISK_FULL, line(failure));
        }
        return new Outcome.Failed(step, FailureReason.INTERNAL, line(failure));
    }

    /** The attempt was told to stop while it waited for a file: no fault of anybody. A socket's time-out is no such thing. */
    static boolean interrupted(Throwable failure) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 20; t = t.getCause(), depth++) {
            if (t.getClass() == InterruptedIOException.class || t instanceof ClosedByInterruptException) {
                return true;
            }
        }
        return false;
    }

    /** An error after which nothing on this CUDA context works any more, whoever tries. */
    static boolean poisons(Throwable failure) {
        return CudaFault.in(failure).isPresent();
    }

    static String trace(Throwable failure) {
        return Telling.trace(failure);
    }

    private static boolean says(Throwable failure, String words) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 20; t = t.getCause(), depth++) {
            if (String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT).contains(words)) {
                return true;
            }
        }
        return false;
    }

    private static String line(Throwable failure) {
        String message = failure.getMessage() == null
                ? ""
                : failure.getMessage().lines().findFirst().orElse("");
        boolean ours = failure instanceof TrainingFailure
                || failure instanceof InvalidSpec
                || failure instanceof CheckpointCache.Damaged;
        String text = ours ? message : Telling.line(failure);
        return text.length() > 500 ? text.substring(0, 500) + "…" : text;
    }
}
