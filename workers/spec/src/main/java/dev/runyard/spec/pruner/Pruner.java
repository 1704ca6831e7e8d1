package dev.runyard.spec.pruner;

import java.util.List;

/** Decides at some epochs of a run whether it goes on. What it decided is stored, and never asked again. */
public interface Pruner {
    /**
     * Whether it decides at an epoch of a run.
     *
     * @param run index in the sweep
     * @param epoch counted from 1
     * @param epochs of the whole run; nothing is decided at the last
     */
    boolean decides(int run, int epoch, int epochs);

    /**
     * Where it counts what a run reports that has steps and no epochs: a place takes the part of an epoch, and of several reports in one the first
     * counts. By default the step to two significant digits, so that a run of a million steps has a few hundred places.
     *
     * @param step 0 or more
     * @return 0 where nothing counts yet
     */
    default int place(int run, long step) {
        long at = Math.min(step, Integer.MAX_VALUE);
        return (int) (at - at % unit(at));
    }

    /**
     * The least step of the place that follows {@code place}; 0 is before all. Above {@link Integer#MAX_VALUE} there is none: a step as large is of a
     * place that was before.
     */
    default long next(int run, int place) {
        return place + unit(place);
    }

    private static long unit(long step) {
        long unit = 1;
        while (step / unit >= 100) {
            unit *= 10;
        }
        return unit;
    }

    /**
     * @param now what the run reported at an epoch at which this decides
     * @param before everything booked before, of all runs, in the order of the booking
     */
    Decision decide(Reading now, List<Reading> before);

    /**
     * By what a sweep asks for.
     *
     * @param epochs of its runs, of the longest where they differ
     */
    static Pruner of(PrunerSpec spec, int epochs, boolean higherIsBetter) {
        if (spec instanceof PrunerSpec.Median median) {
            return new PercentilePruner(50, median.startup(), median.minEpochs());
        }
        if (spec instanceof PrunerSpec.Percentile percentile) {
            return new PercentilePruner(percentile.keep(), percentile.startup(), percentile.minEpochs());
        }
        if (spec instanceof PrunerSpec.Asha asha) {
            return new AshaPruner(asha.reduction(), asha.minEpochs());
        }
        if (spec instanceof PrunerSpec.Hyperband hyperband) {
            return new HyperbandPruner(hyperband.reduction(), hyperband.minEpochs(), epochs);
        }
        if (spec instanceof PrunerSpec.Patience patience) {
            return new PatiencePruner(patience.epochs(), patience.minDelta());
        }
        PrunerSpec.Threshold threshold = (PrunerSpec.Threshold) spec;
        return new ThresholdPruner(threshold.min(), threshold.max(), threshold.minEpochs(), higherIsBetter);
    }
}
