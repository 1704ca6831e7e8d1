package dev.runyard.spec.pruner;

/**
 * What a run reported at an epoch, in the order in which it was booked.
 *
 * @param run its index in the sweep
 * @param epoch counted from 1
 * @param loss smaller is better whatever the goal; infinite for what is not finite
 */
public record Reading(int run, int epoch, double loss) {
    public Reading {
        loss = Double.isFinite(loss) ? loss : Double.POSITIVE_INFINITY;
    }
}
