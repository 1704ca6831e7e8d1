package dev.runyard.vision.train;

/** Running sums of an evaluation. */
final class Scores {
    private long images;
    private long top1;
    private long top5;
    private double loss;

    /**
     * @param scores [n, C] row-major
     * @param batchLoss mean of the batch
     */
    void add(float[] scores, int[] labels, double batchLoss) {
        int classes = scores.length / labels.length;
        for (int i = 0; i < labels.length; i++) {
            int rank = rank(scores, i * classes, classes, labels[i]);
            top1 += rank < 1 ? 1 : 0;
            top5 += rank < 5 ? 1 : 0;
        }
        images += labels.length;
        loss += batchLoss * labels.length;
    }

    /** Scores that stand before the label's; of equal ones the smaller index is first, and NaN is last. */
    private static int rank(float[] scores, int at, int classes, int label) {
        float own = scores[at + label];
        if (Float.isNaN(own)) {
            return classes;
        }
        int rank = 0;
        for (int c = 0; c < classes; c++) {
            float other = scores[at + c];
            if (other > own || (other == own && c < label)) {
                rank++;
            }
        }
        return rank;
    }

    /** Percent of the images whose label has the highest score. */
    double top1() {
        return 100.0 * top1 / images;
    }

    /** Percent of the images whose label is among the five highest. */
    double top5() {
        return 100.0 * top5 / images;
    }

    /** Images so far. */
    long images() {
        return images;
    }

    double loss() {
        return loss / images;
    }
}
