package dev.runyard.spec.judging;

import java.util.ArrayList;
import java.util.List;

/**
 * How far confidence is from being right (Guo et al. 2017): 15 bins of equal width, each with its lower end and without its upper one,
 * but the last, which has both.
 *
 * @param error expected calibration error, 0 to 1: mean distance of accuracy and confidence over the images
 * @param bins of the reliability diagram, all 15
 */
public record Calibration(double error, List<Bin> bins) {
    static final int BINS = 15;

    public Calibration {
        bins = List.copyOf(bins);
    }

    /**
     * @param confidence mean of its images, 0 to 1; 0 of an empty bin
     * @param accuracy share of its images that are right, 0 to 1; 0 of an empty bin
     */
    public record Bin(double low, double high, int images, double confidence, double accuracy) {}

    /** Images whose scores are no numbers have no confidence, and no part in it. */
    public static Calibration of(Predictions predictions) {
        int[] images = new int[BINS];
        int[] right = new int[BINS];
        double[] confidence = new double[BINS];
        int all = 0;
        for (int i = 0; i < predictions.size(); i++) {
            if (predictions.answers()[i] >= 0) {
                int bin = bin(predictions.confidences()[i]);
                images[bin]++;
                right[bin] += predictions.right(i) ? 1 : 0;
                confidence[bin] += predictions.confidences()[i];
                all++;
            }
        }
        double error = 0;
        List<Bin> bins = new ArrayList<>();
        for (int b = 0; b < BINS; b++) {
            int n = Math.max(1, images[b]);
            bins.add(new Bin((double) b / BINS, (b + 1.0) / BINS, images[b], confidence[b] / n, (double) right[b] / n));
            error += Math.abs(right[b] - confidence[b]) / Math.max(1, all);
        }
        return new Calibration(error, bins);
    }

    static int bin(double confidence) {
        int bin = Math.min(BINS - 1, (int) (confidence * BINS));
        // The product may be rounded over an edge, whose own value decides.
        if (bin + 1 < BINS && confidence >= (bin + 1.0) / BINS) {
            return bin + 1;
        }
        return bin > 0 && confidence < (double) bin / BINS ? bin - 1 : bin;
    }
}
