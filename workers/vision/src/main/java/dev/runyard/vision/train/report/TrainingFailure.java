package dev.runyard.vision.train.report;

import ai.djl.engine.EngineException;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.encoder.EncoderException;
import dev.runyard.vision.file.Telling;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.tensor.SafetensorsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/** A run that cannot go on, with the reason by which the scheduler decides and a sentence that names the remedy. */
public final class TrainingFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureReason reason;

    public TrainingFailure(FailureReason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public TrainingFailure(FailureReason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public FailureReason reason() {
        return reason;
    }

    /** Whether memory of the device or of the host was asked for that there is not. */
    public static boolean memory(Throwable fault) {
        String lower = String.valueOf(fault.getMessage()).toLowerCase(Locale.ROOT);
        return fault instanceof OutOfMemoryError
                || (fault instanceof EngineException
                        && (lower.contains("out of memory")
                                || lower.contains("can't allocate memory")
                                // oneDNN, where the host has too little for what a convolution is prepared with
                                || lower.contains("could not create a primitive")));
    }

    /** The first line of what was said, without where in libtorch it was said. */
    public static String line(Throwable fault) {
        String message = fault.getMessage() == null ? fault.getClass().getSimpleName() : fault.getMessage();
        String first = message.lines().findFirst().orElse(message).strip();
        return first.replaceFirst("^\\[enforce fail at [^\\]]*\\]\\s*\\.?\\s*", "");
    }

    /** Whether this, or what caused it, is a disk or a quota that is used up. */
    public static boolean diskFull(Throwable fault) {
        int depth = 0;
        for (Throwable t = fault; t != null && depth < 20; t = t.getCause(), depth++) {
            String words = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
            if (t instanceof IOException && (words.contains("no space left") || words.contains("quota exceeded"))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Names the reason of whatever else was thrown.
     *
     * @param batchSize of the run, which is what memory is first saved by
     */
    public static TrainingFailure of(Throwable fault, int batchSize) {
        if (fault instanceof TrainingFailure known) {
            return known;
        }
        if (fault instanceof UncheckedIOException unchecked && unchecked.getCause() instanceof EncoderException) {
            return of(unchecked.getCause(), batchSize);
        }
        String message = fault.getMessage() == null ? fault.getClass().getSimpleName() : fault.getMessage();
        if (fault instanceof InvalidSpec) {
            return new TrainingFailure(FailureReason.SPEC, message, fault);
        }
        if (fault instanceof Places.Absent absent) {
            return new TrainingFailure(absent.reason(), message, fault);
        }
        if (fault instanceof DataException) {
            return new TrainingFailure(FailureReason.DATA, message, fault);
        }
        if (fault instanceof WeightsException
                || fault instanceof EncoderException
                || fault instanceof SafetensorsException) {
            return new TrainingFailure(FailureReason.WEIGHTS, message, fault);
        }
        if (memory(fault)) {
            return new TrainingFailure(
                    FailureReason.OUT_OF_MEMORY,
                    line(fault) + "; lower batchSize (" + batchSize + "), or what the method has of its own: prompts,"
                            + " librarySize, resolution",
                    fault);
        }
        if (diskFull(fault)) {
            return new TrainingFailure(FailureReason.DISK_FULL, message + "; free space on the worker's disk", fault);
        }
        return new TrainingFailure(FailureReason.INTERNAL, Telling.line(fault), fault);
    }
}
