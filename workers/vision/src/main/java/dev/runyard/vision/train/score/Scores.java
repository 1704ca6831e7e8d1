package dev.runyard.vision.train.score;

import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.evaluate.Accuracy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Running sums of an evaluation. */
public final class Scores {
    private final @Nullable PartScores parts;
    private Accuracy accuracy = Accuracy.NONE;
    private double loss;

    public Scores() {
        parts = null;
    }

    /** Kept for each part of the data set, too. */
    public Scores(Dataset data) {
        parts = new PartScores(data);
    }

    /**
     * @param scores [n, C] row-major
     * @param batchLoss mean of the batch
     */
    public void add(float[] scores, int[] labels, double batchLoss) {
        loss += batchLoss * labels.length;
        add(scores, labels);
    }

    /** Without the loss, which is then of no use. */
    public void add(float[] scores, int[] labels) {
        int classes = scores.length / labels.length;
        for (int i = 0; i < labels.length; i++) {
            accuracy = accuracy.and(scores, i * classes, classes, labels[i]);
        }
        if (parts != null) {
            parts.add(scores, labels);
        }
    }

    /** See {@link PartScores#percent}. */
    Map<String, Double> ofParts() {
        return parts == null ? Map.of() : parts.percent();
    }

    /** Percent of the images whose label has the highest score; NaN when there was none. */
    public double top1() {
        return accuracy.top1Percent().orElse(Double.NaN);
    }

    /** Percent of the images whose label is among the five highest; NaN when there was none. */
    double top5() {
        return accuracy.top5Percent().orElse(Double.NaN);
    }

    /** Images so far. */
    public long images() {
        return accuracy.images();
    }

    /** Mean over the images. */
    double loss() {
        return loss / accuracy.images();
    }
}
