package dev.runyard.vision.train;

import dev.runyard.spec.ScheduleSpec;

/** Learning rate of an epoch: linear warm-up, then half a cosine down to the floor (science reference §2.1). */
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
}
