package dev.runyard.spec.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Only;
import org.jspecify.annotations.Nullable;

/**
 * Linear warm-up, then cosine, changed once an epoch (science reference §2.1): epoch 0: lr/w; 1 ≤ e &lt; w: e·lr/w;
 * e ≥ w: floor + (lr − floor)(1 + cos(π(e − w)/(E − w)))/2. Without {@code warmupEpochs} w is a tenth of E, at most 5.
 *
 * <p>Or changed with each step, as visual prompting does: s &lt; w: (s + 1)·lr/w; then the same cosine in steps.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
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
        Double floor,

        @Doc("What changes the rate: each epoch (released code) or each step (visual prompting).")
        Per per,

        @Doc(
                value = "For per step: steps of linear warm-up, in place of warmupEpochs; fewer than all steps.",
                min = 0,
                max = 1_000_000_000)
        @Nullable
        Integer warmupSteps) {
    public static final ScheduleSpec DEFAULT = new ScheduleSpec(100, 5, 0.0);

    /** What changes the rate. */
    public enum Per {
        @JsonProperty("epoch")
        EPOCH,
        @JsonProperty("step")
        STEP
    }

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
        per = Defaults.or(per, Per.EPOCH);
        warmupSteps = Only.with("warmupSteps", warmupSteps, per == Per.STEP, "per step", null);
        Bounds.check(ScheduleSpec.class, "warmupSteps", warmupSteps);
    }

    /** Changed once an epoch. */
    public ScheduleSpec(Integer epochs, Integer warmupEpochs, Double floor) {
        this(epochs, warmupEpochs, floor, Per.EPOCH, null);
    }
}
