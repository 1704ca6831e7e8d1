package dev.runyard.vision.train.optim;

import dev.runyard.spec.training.ScheduleSpec;

/** Learning rate of an epoch or a step: linear warm-up, then half a cosine down to the floor (science reference §2.1). */
public final class Schedule {
    private Schedule() {}

    /**
     * @param epoch from 0
     * @param peak highest rate; the floor is a fraction of it
     */
    public static double rate(ScheduleSpec spec, double peak, int epoch) {
        int warmup = spec.warmupEpochs();
        if (epoch < warmup) {
            return Math.max(1, epoch) * peak / warmup;
        }
        double floor = peak * spec.floor();
        double share = (double) (epoch - warmup) / (spec.epochs() - warmup);
        return floor + (peak - floor) * (1 + Math.cos(Math.PI * share)) / 2;
    }

    /**
     * Of a step by the spec's own measure; when each step changes the rate, visual prompting's rule (utils.py, cosine_lr):
     * s &lt; w: (s + 1)·peak/w; s ≥ w: floor + (peak − floor)(1 + cos(π(s − w)/(S − w)))/2.
     *
     * @param step from 0
     * @param perEpoch steps of an epoch
     */
    public static double rate(ScheduleSpec spec, double peak, long step, int perEpoch) {
        if (spec.per() == ScheduleSpec.Per.EPOCH) {
            return rate(spec, peak, Math.toIntExact(step / perEpoch));
        }
        long warmup = warmupSteps(spec, perEpoch);
        if (step < warmup) {
            return (step + 1) * peak / warmup;
        }
        double floor = peak * spec.floor();
        double share = (double) (step - warmup) / ((long) spec.epochs() * perEpoch - warmup);
        return floor + (peak - floor) * (1 + Math.cos(Math.PI * share)) / 2;
    }

    /** Steps of warm-up when each step changes the rate. */
    public static long warmupSteps(ScheduleSpec spec, int perEpoch) {
        Integer given = spec.warmupSteps();
        return given == null ? (long) spec.warmupEpochs() * perEpoch : given;
    }
}
