package dev.runyard.spec;

/**
 * Linear warm-up, then cosine, changed once an epoch (science reference §2.1): epoch 0: lr/w; 1 ≤ e &lt; w: e·lr/w;
 * e ≥ w: floor + (lr − floor)(1 + cos(π(e − w)/(E − w)))/2.
 * Without {@code warmupEpochs} w is a tenth of E, at most 5.
 */
public record ScheduleSpec(
        @Doc(value = "E, passes over the training images.", min = 1, max = 100_000)
        Integer epochs,

        @Doc(
                value = "w, epochs of linear warm-up, fewer than E; left out: a tenth of E, at most 5.",
                min = 0,
                max = 100_000,
                derived = true)
        Integer warmupEpochs,

        @Doc(
                value = "Where the cosine ends, as a fraction of the peak rate; paper 0, released code 0.01.",
                min = 0,
                max = 1)
        Double floor) {
    static final ScheduleSpec DEFAULT = new ScheduleSpec(100, 5, 0.0);

    public ScheduleSpec {
        epochs = Defaults.or(epochs, 100);
        Bounds.check(ScheduleSpec.class, "epochs", epochs);
        warmupEpochs = Defaults.or(warmupEpochs, Math.min(5, epochs / 10));
        floor = Defaults.or(floor, 0.0);
        Bounds.check(ScheduleSpec.class, "floor", floor);
        Bounds.check(ScheduleSpec.class, "warmupEpochs", warmupEpochs);
        if (warmupEpochs >= epochs) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", "warmupEpochs", warmupEpochs, "must be smaller than epochs (" + epochs + ")", null);
        }
    }
}
