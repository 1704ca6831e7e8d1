package dev.runyard.vision.evaluate;

import org.jspecify.annotations.Nullable;

/**
 * Shares of right answers among the highest scores. Counted as the released PGN code and torchmetrics' micro accuracy do; of equal
 * scores the smaller index is first, and NaN is last.
 *
 * @param images n
 * @param top1 images whose label has the highest score
 * @param top5 images whose label is among the five highest
 */
public record Accuracy(long images, long top1, long top5) {
    static final Accuracy NONE = new Accuracy(0, 0, 0);

    /** Percent, 0 to 100; null when there was no image. */
    public @Nullable Double top1Percent() {
        return percent(top1);
    }

    /** Percent, 0 to 100; null when there was no image. */
    public @Nullable Double top5Percent() {
        return percent(top5);
    }

    private @Nullable Double percent(long right) {
        return images == 0 ? null : 100.0 * right / images;
    }

    /**
     * With one more image.
     *
     * @param scores row-major
     * @param at where the image's scores begin
     * @param outputs the outputs that may be answered: all of them, or a mask
     * @param label the right output, one of {@code outputs}
     */
    public Accuracy and(float[] scores, int at, int[] outputs, int label) {
        int rank = rank(scores, at, outputs, label);
        return new Accuracy(images + 1, top1 + (rank < 1 ? 1 : 0), top5 + (rank < 5 ? 1 : 0));
    }

    /** Of both sets of images together. */
    public Accuracy and(Accuracy other) {
        return new Accuracy(images + other.images, top1 + other.top1, top5 + other.top5);
    }

    private static int rank(float[] scores, int at, int[] outputs, int label) {
        float own = scores[at + label];
        int rank = 0;
        for (int c : outputs) {
            float other = scores[at + c];
            boolean before =
                    Float.isNaN(own) ? c != label && !Float.isNaN(other) : other > own || (other == own && c < label);
            rank += before ? 1 : 0;
        }
        return Float.isNaN(own) ? Math.max(rank, 5) : rank;
    }
}
