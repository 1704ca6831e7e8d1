package dev.runyard.spec.pruner;

import java.util.List;

/**
 * Asynchronous successive halving, stopping variant: at epochs minEpochs · reduction^k a run goes on when it is among the best
 * max(1, ⌊n / reduction⌋) of the n that came to that rung up to now, itself included. Li, Jamieson, Rostamizadeh et al.: A System for
 * Massively Parallel Hyperparameter Tuning, MLSys 2020. Equal ones all go on.
 */
record AshaPruner(int reduction, int minEpochs) implements Pruner {
    @Override
    public boolean decides(int run, int epoch, int epochs) {
        return epoch < epochs && rung(epoch);
    }

    private boolean rung(int epoch) {
        long at = minEpochs;
        while (at < epoch) {
            at *= reduction;
        }
        return at == epoch;
    }

    /** The last rung that the run has come to. */
    @Override
    public int place(int run, long step) {
        long most = Math.min(step, Integer.MAX_VALUE);
        long at = 0;
        for (long rung = minEpochs; rung <= most; rung *= reduction) {
            at = rung;
        }
        return (int) at;
    }

    @Override
    public long next(int run, int place) {
        return place == 0 ? minEpochs : (long) place * reduction;
    }

    @Override
    public Decision decide(Reading now, List<Reading> before) {
        List<Reading> there = before.stream()
                .filter(r -> r.epoch() == now.epoch() && r.run() != now.run())
                .toList();
        int n = there.size() + 1;
        int promoted = Math.max(1, n / reduction);
        long better = there.stream().filter(r -> r.loss() < now.loss()).count();
        boolean stop = better >= promoted || Double.isInfinite(now.loss());
        return new Decision(
                stop,
                "place " + (better + 1) + " of " + n + " at epoch " + now.epoch() + ", the best " + promoted
                        + " go on");
    }
}
