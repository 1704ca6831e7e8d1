package dev.runyard.spec.pruner;

import java.util.List;

/**
 * Several successive halvings side by side, which begin to stop runs after minEpochs · reduction^s, s = 0, 1, 2 …: what is good late is not
 * always good early. A run belongs to one by its index, in the proportions of the paper; only runs of the same one are compared. Li,
 * Jamieson, DeSalvo, Rostamizadeh, Talwalkar: Hyperband, JMLR 18, 2018.
 */
final class HyperbandPruner implements Pruner {
    private final int reduction;
    private final int minEpochs;
    private final int[] turns;

    HyperbandPruner(int reduction, int minEpochs, int epochs) {
        this.reduction = reduction;
        this.minEpochs = minEpochs;
        int brackets = 1;
        for (long at = (long) minEpochs * reduction; at <= epochs; at *= reduction) {
            brackets++;
        }
        turns = new int[brackets];
        for (int s = 0; s < brackets; s++) {
            // Runs that a bracket begins with: the more, the earlier it stops them.
            int left = brackets - 1 - s;
            turns[s] = (int) Math.ceil(brackets * Math.pow(reduction, left) / (left + 1));
        }
    }

    int brackets() {
        return turns.length;
    }

    /** Each bracket comes as often as it has runs, spread over the indices (a sequence of low discrepancy). */
    int bracket(int run) {
        int sum = 0;
        for (int n : turns) {
            sum += n;
        }
        double at = ((run + 1) * 0.6180339887498949) % 1 * sum;
        for (int s = 0; s < turns.length; s++) {
            at -= turns[s];
            if (at < 0) {
                return s;
            }
        }
        return turns.length - 1;
    }

    private AshaPruner of(int run) {
        int first = minEpochs;
        for (int s = bracket(run); s > 0; s--) {
            first *= reduction;
        }
        return new AshaPruner(reduction, first);
    }

    @Override
    public boolean decides(int run, int epoch, int epochs) {
        return of(run).decides(run, epoch, epochs);
    }

    @Override
    public int place(int run, long step) {
        return of(run).place(run, step);
    }

    @Override
    public long next(int run, int place) {
        return of(run).next(run, place);
    }

    @Override
    public Decision decide(Reading now, List<Reading> before) {
        int bracket = bracket(now.run());
        List<Reading> same =
                before.stream().filter(r -> bracket(r.run()) == bracket).toList();
        Decision decision = of(now.run()).decide(now, same);
        return new Decision(decision.stop(), decision.why() + ", of bracket " + bracket);
    }
}
