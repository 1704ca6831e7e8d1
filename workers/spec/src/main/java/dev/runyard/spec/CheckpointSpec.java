package dev.runyard.spec;

/**
 * How often the state is made durable. A checkpoint is also written at the end, on pause and on SIGTERM.
 *
 * @param everyEpochs 1 to 1,000; default 1
 * @param everySeconds 1 to 86,400; default 60: a long epoch is cut
 */
public record CheckpointSpec(Integer everyEpochs, Integer everySeconds) {
    static final CheckpointSpec DEFAULT = new CheckpointSpec(1, 60);

    public CheckpointSpec {
        everyEpochs = Defaults.or(everyEpochs, 1);
        everySeconds = Defaults.or(everySeconds, 60);
        InvalidSpec.range("everyEpochs", everyEpochs, 1, 1_000);
        InvalidSpec.range("everySeconds", everySeconds, 1, 86_400);
    }
}
