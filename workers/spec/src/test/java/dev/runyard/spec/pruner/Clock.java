package dev.runyard.spec.pruner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Workers that train runs of counting ones, an epoch a tick. */
final class Clock {
    private static final int EPOCHS = 81;
    private static final double TARGET = 0.07;

    private Clock() {}

    private record Training(int run, double end, long seed, int epoch, long at) {}

    /** Ticks until a run that ended has a loss of at most the target. */
    static long timeToTarget(@Nullable Pruner pruner, int workers, int seed) {
        PriorityQueue<Training> going =
                new PriorityQueue<>(Comparator.comparingLong(Training::at).thenComparingInt(Training::run));
        List<Reading> readings = new ArrayList<>();
        int made = 0;
        for (; made < workers; made++) {
            going.add(fresh(made, seed, 0));
        }
        while (true) {
            Training one = going.remove();
            Training next = new Training(one.run(), one.end(), one.seed(), one.epoch() + 1, one.at() + 1);
            double loss = loss(next);
            boolean stop = false;
            if (pruner != null && pruner.decides(next.run(), next.epoch(), EPOCHS)) {
                Reading now = new Reading(next.run(), next.epoch(), loss);
                stop = pruner.decide(now, readings).stop();
                readings.add(now);
            }
            if (next.epoch() == EPOCHS && next.end() <= TARGET) {
                return next.at();
            }
            if (stop || next.epoch() == EPOCHS) {
                going.add(fresh(made++, seed, next.at()));
            } else {
                going.add(next);
            }
        }
    }

    private static Training fresh(int run, int seed, long at) {
        Random random = new Random(seed * 1_000_003L + run);
        random.nextInt();
        int zeros = 0;
        for (int bit = 0; bit < 16; bit++) {
            zeros += random.nextDouble() < 0.35 ? 1 : 0;
        }
        return new Training(run, zeros / 16.0, random.nextLong(), 0, at);
    }

    private static double loss(Training training) {
        Random noise = new Random(training.seed() + training.epoch());
        noise.nextInt();
        return training.end()
                + 0.5 * Math.exp(-training.epoch() / 10.0)
                + noise.nextGaussian() * 0.1 / Math.sqrt(training.epoch());
    }
}
