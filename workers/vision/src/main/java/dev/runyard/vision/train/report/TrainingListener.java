package dev.runyard.vision.train.report;

import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import java.nio.file.Path;
import java.util.List;

/** Hears of one training, on the training's own thread: what it does delays the next step. */
public interface TrainingListener {
    /** Once, before the first step: training goes on behind this step; 0 from scratch. */
    default void resumed(long step) {}

    /**
     * While something is made that training needs and that is kept for other runs, before the first step; several times a minute.
     *
     * @param what in a word or two, for example {@code features of train}
     */
    default void preparing(String what, long done, long of) {}

    /** After each step, and while validating. Epochs are whole ones done. */
    default void progress(long step, long steps, int epoch, int epochs) {}

    /** Some time after a step, at most a second as long as there are further steps; at once after an evaluation. */
    default void points(List<MetricPoint> points) {}

    /** After a validation or a test that came to its end. */
    default void judged(long images) {}

    /** After it was written and read back. */
    default void checkpoint(Path folder, CheckpointRef ref) {}

    /** A result, when training is over. */
    default void artifact(ArtifactKind kind, String name, Path file) {}

    /** Something a reader of results should know; one line. */
    default void log(String line) {}

    /** Something a person should see though training goes on. */
    default void notice(Notice notice) {
        log(notice.kind() + " " + notice.why());
    }

    /** Asked before each step, each batch of an evaluation and each piece of a preparation. */
    default Order order() {
        return Order.CONTINUE;
    }
}
