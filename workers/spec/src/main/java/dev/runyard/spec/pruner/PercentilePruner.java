package dev.runyard.spec.pruner;

import java.util.List;

/**
 * Stops a run whose best so far is worse than what the given part of the others had at the same epoch. With 50 percent the median rule of
 * Golovin et al.: Google Vizier, KDD 2017.
 *
 * @param keep percent of the runs that are good enough
 * @param startup other runs that must have come as far before anything is stopped
 * @param minEpochs that every run gets
 */
record PercentilePruner(double keep, int startup, int minEpochs) implements Pruner {
    @Override
    public boolean decides(int run, int epoch, int epochs) {
        return epoch >= minEpochs && epoch < epochs;
    }

    @Override
    public Decision decide(Reading now, List<Reading> before) {
        double[] others = before.stream()
                .filter(r -> r.epoch() == now.epoch() && r.run() != now.run())
                .mapToDouble(Reading::loss)
                .sorted()
                .toArray();
        if (others.length < startup) {
            return Decision.keep(others.length + " others came as far, of " + startup + " that are needed");
        }
        double best = before.stream()
                .filter(r -> r.run() == now.run() && r.epoch() <= now.epoch())
                .mapToDouble(Reading::loss)
                .reduce(now.loss(), Math::min);
        double limit = percentile(others, keep);
        boolean stop = best > limit || Double.isInfinite(best);
        return new Decision(
                stop,
                (stop ? "worse than " : "as good as ") + plain(keep) + " % of " + others.length + " others at epoch "
                        + now.epoch());
    }

    /** With linear interpolation between values, as numpy has it. */
    static double percentile(double[] sorted, double percent) {
        double at = percent / 100 * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        return at == below ? sorted[below] : sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }
}
