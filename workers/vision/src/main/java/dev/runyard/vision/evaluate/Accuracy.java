package dev.runyard.vision.evaluate;

import java.util.OptionalDouble;

/**
 * Shares of right answers. Counted as the released PGN code and torchmetrics' micro accuracy do; of equal scores the smaller index is
 * first, and NaN is last.
 *
 * @param images n
 * @param top1 images whose label has the highest score
 * @param top5 images whose label is among the five highest
 */
public record Accuracy(long images, long top1, long top5) {
    /** Of no image. */
    public static final Accuracy NONE = new Accuracy(0, 0, 0);

    /** Percent, 0 to 100; empty when there was no image. */
    public OptionalDouble top1Percent() {
        return percent(top1);
    }

    /** Percent, 0 to 100; empty when there was no image. */
    public OptionalDouble top5Percent() {
        return percent(top5);
    }

    private OptionalDouble percent(long right) {
        return images == 0 ? OptionalDouble.empty() : OptionalDouble.of(100.0 * right / images);
    }

    /**
     * With one more image, where every output may be answered.
     *
     * @param scores row-major
     * @param at where the image's C scores begin
     * @param classes C
     * @param label the right output
     */
    public Accuracy and(float[] scores, int at, int classes, int label) {
        int rank = 0;
        for (int c = 0; c < classes; c++) {
            rank += before(scores[at + c], c, scores[at + label], label) ? 1 : 0;
        }
        return and(rank, scores[at + label]);
    }

    /** As above, where only the outputs of a mask may be answered; the label is one of them. */
    public Accuracy and(float[] scores, int at, int[] mask, int label) {
        int rank = 0;
        for (int c : mask) {
            rank += before(scores[at + c], c, scores[at + label], label) ? 1 : 0;
        }
        return and(rank, scores[at + label]);
    }

    private Accuracy and(int rank, float own) {
        boolean number = !Float.isNaN(own);
        return new Accuracy(images + 1, top1 + (number && rank < 1 ? 1 : 0), top5 + (number && rank < 5 ? 1 : 0));
    }

    private static boolean before(float other, int index, float own, int label) {
        return other > own || (other == own && index < label);
    }
}
