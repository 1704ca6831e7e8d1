package dev.runyard.vision.train.state;

import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes a checkpoint, and waits where the disk is full: the checkpoint before is whole and the state is in memory, so a wait costs
 * time and a failure would cost steps.
 */
public final class PatientSave {
    private static final int TRIES_EVERY_SECONDS = 5;

    private PatientSave() {}

    /** Writes the same checkpoint each time it is called. */
    @FunctionalInterface
    public interface Write {
        CheckpointRef now() throws IOException;
    }

    /** @return null when there is no space and the listener ordered to stop */
    public static @Nullable CheckpointRef of(long step, Write write, TrainingListener listener) throws IOException {
        boolean waited = false;
        while (true) {
            try {
                CheckpointRef ref = write.now();
                if (waited) {
                    listener.notice(
                            new Notice(Notice.Kind.DISK_FREED, "the checkpoint of step " + step + " is written"));
                }
                return ref;
            } catch (IOException e) {
                if (!TrainingFailure.diskFull(e)) {
                    throw e;
                }
                if (!waited) {
                    waited = true;
                    listener.notice(new Notice(
                            Notice.Kind.DISK_FULL,
                            "the checkpoint of step " + step + " finds no space (" + e.getMessage()
                                    + "); training waits until there is some: free space on the worker's disk"));
                }
                if (ordered(listener)) {
                    return null;
                }
            }
        }
    }

    /** Whether the listener orders to stop before the next try. */
    private static boolean ordered(TrainingListener listener) {
        for (int second = 0; second < TRIES_EVERY_SECONDS; second++) {
            if (listener.order() != Order.CONTINUE) {
                return true;
            }
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }
        return false;
    }
}
