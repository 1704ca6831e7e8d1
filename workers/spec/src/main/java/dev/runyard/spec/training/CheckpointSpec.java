package dev.runyard.spec.training;

import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;

/**
 * How often the state is made durable. A checkpoint is also written at the end, on pause and on SIGTERM.
 */
public record CheckpointSpec(
        @Doc(value = "At the end of every so many epochs.", min = 1, max = 1_000)
        Integer everyEpochs,

        @Doc(value = "And within an epoch after so many seconds.", min = 1, max = 86_400)
        Integer everySeconds) {
    public static final CheckpointSpec DEFAULT = new CheckpointSpec(1, 60);

    public CheckpointSpec {
        everyEpochs = Defaults.or(everyEpochs, 1);
        everySeconds = Defaults.or(everySeconds, 60);
        Bounds.check(CheckpointSpec.class, "everyEpochs", everyEpochs);
        Bounds.check(CheckpointSpec.class, "everySeconds", everySeconds);
    }
}
