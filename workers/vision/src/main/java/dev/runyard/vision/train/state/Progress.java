package dev.runyard.vision.train.state;

/**
 * How far a training is; with the arrays, all that a resume needs.
 *
 * @param step optimiser steps done
 * @param validated whether the epoch that ended at this step was validated
 * @param bestStep step of the best validation so far; -1 before the first
 * @param best its score, larger being better: top-1 in percent, or minus the loss; see {@link BestWeights#score}
 */
public record Progress(long step, boolean validated, long bestStep, double best) {
    public static final Progress START = new Progress(0, true, -1, Double.NEGATIVE_INFINITY);

    public Progress stepped(boolean epochEnds) {
        return new Progress(step + 1, !epochEnds, bestStep, best);
    }

    /** @param score NaN is never best */
    public Progress validated(double score) {
        return score > best ? new Progress(step, true, step, score) : new Progress(step, true, bestStep, best);
    }

    public boolean isBest() {
        return bestStep == step && validated;
    }

    public long[] toLongs() {
        return new long[] {step, validated ? 1 : 0, bestStep, Double.doubleToRawLongBits(best)};
    }

    public static Progress of(long[] longs) {
        return new Progress(longs[0], longs[1] == 1, longs[2], Double.longBitsToDouble(longs[3]));
    }
}
