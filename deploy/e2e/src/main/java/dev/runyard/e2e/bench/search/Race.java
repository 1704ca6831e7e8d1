package dev.runyard.e2e.bench.search;

import dev.runyard.spec.pruner.Pruner;
import dev.runyard.spec.pruner.Reading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Devices that train runs of chance, an epoch a tick, on a clock that is not waited for. */
record Race(Course course, int devices) {
    private record Going(int run, Course.Training training, int epoch, long at) {}

    /**
     * Ticks until a run that reaches the target has come to its end.
     *
     * @param pruner null: every run comes to its end
     */
    long ticks(@Nullable Pruner pruner, int seed) {
        PriorityQueue<Going> going =
                new PriorityQueue<>(Comparator.comparingLong(Going::at).thenComparingInt(Going::run));
        List<Reading> before = new ArrayList<>();
        int made = 0;
        while (made < devices) {
            going.add(fresh(made++, seed, 0));
        }
        while (true) {
            Going one = going.remove();
            int epoch = one.epoch() + 1;
            Going next = new Going(one.run(), one.training(), epoch, one.at() + 1);
            boolean over = epoch == Course.EPOCHS;
            if (over && one.training().end() <= course.target()) {
                return next.at();
            }
            if (pruner != null && pruner.decides(one.run(), epoch, Course.EPOCHS)) {
                Reading now = new Reading(one.run(), epoch, one.training().loss()[epoch]);
                over |= pruner.decide(now, before).stop();
                before.add(now);
            }
            going.add(over ? fresh(made++, seed, next.at()) : next);
        }
    }

    private Going fresh(int run, int seed, long at) {
        return new Going(run, course.training(seed * 1_000_003L + run), 0, at);
    }
}
