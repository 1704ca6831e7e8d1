package dev.runyard.spec;

/**
 * Linear warm-up, then cosine, changed once an epoch (science reference §2.1): epoch 0: lr/w; 1 ≤ e &lt; w: e·lr/w;
 * e ≥ w: floor + (lr − floor)(1 + cos(π(e − w)/(E − w)))/2.
 *
 * @param epochs E, 1 to 100,000; default 100
 * @param warmupEpochs w, 0 to below E; default 5, or fewer where E is smaller
 * @param floor the rate the cosine ends at, as a fraction of the peak rate, 0 to 1; paper 0, released code 0.01
 */
public record ScheduleSpec(Integer epochs, Integer warmupEpochs, Double floor) {
    static final ScheduleSpec DEFAULT = new ScheduleSpec(100, 5, 0.0);

    public ScheduleSpec {
        epochs = Defaults.or(epochs, 100);
        InvalidSpec.range("epochs", epochs, 1, 100_000);
        warmupEpochs = Defaults.or(warmupEpochs, Math.min(5, epochs / 10));
        floor = Defaults.or(floor, 0.0);
        InvalidSpec.range("floor", floor, 0, 1);
        InvalidSpec.range("warmupEpochs", warmupEpochs, 0, 100_000);
        if (warmupEpochs >= epochs) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", "warmupEpochs", warmupEpochs, "must be smaller than epochs (" + epochs + ")", null);
        }
    }
}
