package dev.runyard.spec.judging;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a model made of each image of a set, in the set's order: all that judging needs, in a few numbers an image however many classes
 * there are. Of equal scores the smaller class is first; NaN is last.
 *
 * @param classes C
 * @param labels right classes, 0 to C - 1
 * @param answers classes with the highest score; -1 where a score was no number
 * @param ranks classes that stand before the right one, 0 where the answer is right
 * @param confidences softmax of the answer, 0 to 1
 * @param nlls negative logarithm of the right class' softmax
 * @param briers squared distance of the softmax from the right answer, summed over the classes (Brier 1950), 0 to 2
 */
@SuppressWarnings("ArrayRecordComponent")
public record Predictions(
        int classes, int[] labels, int[] answers, int[] ranks, double[] confidences, double[] nlls, double[] briers) {
    /** n */
    public int size() {
        return labels.length;
    }

    public boolean right(int i) {
        return answers[i] == labels[i];
    }

    /** Images whose scores are not all numbers; they count as wrong, and for nothing else. */
    public int notFinite() {
        return (int) Arrays.stream(answers).filter(answer -> answer < 0).count();
    }

    /** Takes images one by one. */
    public static final class Builder {
        private final int classes;
        private final int @Nullable [] mask;
        private final float[] masked;
        private int[] labels = new int[0];
        private int[] answers = new int[0];
        private int[] ranks = new int[0];
        private double[] confidences = new double[0];
        private double[] nlls = new double[0];
        private double[] briers = new double[0];
        private int size;

        /** @param classes C, 1 or more */
        public Builder(int classes) {
            this.classes = classes;
            this.mask = null;
            this.masked = new float[0];
        }

        /** @param mask classes that may be answered, ascending; the others' scores are as if they were not there */
        public Builder(int classes, int[] mask) {
            this.classes = classes;
            this.mask = mask.clone();
            this.masked = new float[mask.length];
        }

        /**
         * @param scores C logits from {@code at} on
         * @param label 0 to C - 1, and in the mask
         */
        public void add(float[] scores, int at, int label) {
            if (mask == null) {
                add(scores, at, classes, label);
                return;
            }
            for (int k = 0; k < mask.length; k++) {
                masked[k] = scores[at + mask[k]];
            }
            int place = Arrays.binarySearch(mask, label);
            add(masked, 0, mask.length, place);
            labels[size - 1] = label;
            answers[size - 1] = answers[size - 1] < 0 ? -1 : mask[answers[size - 1]];
        }

        private void add(float[] scores, int at, int classes, int label) {
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException("label " + label + " of " + classes + " classes");
            }
            grow();
            int answer = 0;
            int rank = 0;
            boolean finite = true;
            float own = scores[at + label];
            for (int c = 0; c < classes; c++) {
                float score = scores[at + c];
                finite &= !Float.isNaN(score) && score != Float.POSITIVE_INFINITY;
                answer = score > scores[at + answer] ? c : answer;
                rank += score > own || (score == own && c < label) ? 1 : 0;
            }
            double highest = scores[at + answer];
            finite &= highest != Double.NEGATIVE_INFINITY;
            labels[size] = label;
            answers[size] = finite ? answer : -1;
            ranks[size] = finite ? rank : classes;
            if (finite) {
                double sum = 0;
                double squares = 0;
                for (int c = 0; c < classes; c++) {
                    double e = Math.exp(scores[at + c] - highest);
                    sum += e;
                    squares += e * e;
                }
                double right = Math.exp(own - highest) / sum;
                confidences[size] = 1 / sum;
                nlls[size] = Math.log(sum) - (own - highest);
                briers[size] = Math.max(0, squares / (sum * sum) - 2 * right + 1);
            }
            size++;
        }

        private void grow() {
            if (size < labels.length) {
                return;
            }
            int room = Math.max(256, size + size / 2);
            labels = Arrays.copyOf(labels, room);
            answers = Arrays.copyOf(answers, room);
            ranks = Arrays.copyOf(ranks, room);
            confidences = Arrays.copyOf(confidences, room);
            nlls = Arrays.copyOf(nlls, room);
            briers = Arrays.copyOf(briers, room);
        }

        public int size() {
            return size;
        }

        public Predictions build() {
            return new Predictions(
                    classes,
                    Arrays.copyOf(labels, size),
                    Arrays.copyOf(answers, size),
                    Arrays.copyOf(ranks, size),
                    Arrays.copyOf(confidences, size),
                    Arrays.copyOf(nlls, size),
                    Arrays.copyOf(briers, size));
        }
    }
}
