package dev.runyard.spec.pruner;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stops a run whose metric leaves a range, or is not finite. */
record ThresholdPruner(@Nullable Double min, @Nullable Double max, int minEpochs, boolean higherIsBetter)
        implements Pruner {
    @Override
    public boolean decides(int run, int epoch, int epochs) {
        return epoch >= minEpochs && epoch < epochs;
    }

    @Override
    public Decision decide(Reading now, List<Reading> before) {
        double value = higherIsBetter ? -now.loss() : now.loss();
        if (Double.isInfinite(value)) {
            return new Decision(true, "not finite at epoch " + now.epoch());
        }
        if (min != null && value < min) {
            return new Decision(true, value + " is below " + min + " at epoch " + now.epoch());
        }
        if (max != null && value > max) {
            return new Decision(true, value + " is above " + max + " at epoch " + now.epoch());
        }
        return Decision.keep("within the limits");
    }
}
