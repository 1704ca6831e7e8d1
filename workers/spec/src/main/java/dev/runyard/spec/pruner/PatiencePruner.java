package dev.runyard.spec.pruner;

import java.util.List;

/** Stops a run that has not got better for a number of epochs. Prechelt: Early Stopping – But When?, 1998. */
record PatiencePruner(int epochs, double minDelta) implements Pruner {
    @Override
    public boolean decides(int run, int epoch, int epochs) {
        return epoch > this.epochs && epoch < epochs;
    }

    @Override
    public Decision decide(Reading now, List<Reading> before) {
        double best = Double.POSITIVE_INFINITY;
        int when = 0;
        for (Reading r : before) {
            if (r.run() == now.run() && r.epoch() < now.epoch() && (when == 0 || r.loss() < best - minDelta)) {
                best = r.loss();
                when = r.epoch();
            }
        }
        if (when == 0 || now.loss() < best - minDelta) {
            return Decision.keep("better than before");
        }
        boolean stop = now.epoch() - when >= epochs;
        return new Decision(stop, "not better since epoch " + when + ", " + (now.epoch() - when) + " epochs");
    }
}
