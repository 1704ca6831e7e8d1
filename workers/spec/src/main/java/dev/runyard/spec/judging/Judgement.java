package dev.runyard.spec.judging;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a set of predictions says. Shares are in percent with 95 % intervals.
 *
 * @param images n
 * @param notFinite of them, those whose scores are not all numbers: wrong, and without part in nll, Brier score and calibration
 * @param top1 share whose right class has the highest score
 * @param top5 share whose right class is among the five highest
 * @param meanPerClass mean of the classes' own shares, of those with an image (Pets, Flowers and others are judged so)
 * @param nll mean negative logarithm of the right class' softmax
 * @param brier mean Brier score, summed over the classes, 0 to 2
 * @param calibrationError expected calibration error, 0 to 1
 * @param bins of the reliability diagram
 * @param rows one for each class with an image or an answer, in the classes' order
 * @param confusion cells that are not empty, the fullest first
 * @param draws of the bootstrap
 * @param seed of the bootstrap
 */
public record Judgement(
        int images,
        int notFinite,
        Estimate top1,
        Estimate top5,
        Estimate meanPerClass,
        Estimate nll,
        Estimate brier,
        Estimate calibrationError,
        List<Calibration.Bin> bins,
        List<ClassRow> rows,
        List<Confusion.Cell> confusion,
        int draws,
        long seed) {
    public Judgement {
        bins = List.copyOf(bins);
        rows = List.copyOf(rows);
        confusion = List.copyOf(confusion);
    }

    /**
     * How one class did.
     *
     * @param index of the class
     * @param images of the class
     * @param right of these
     * @param answered images, of any class, that were said to be of this one
     * @param share {@code right} of {@code images}; null of a class without images
     * @param precision percent of {@code answered} that are right; null when it was never answered
     * @param f1 percent, harmonic mean of share and precision; 0 when neither is above it
     * @param takenFor the class that its images are most often taken for; null when never
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ClassRow(
            int index,
            int images,
            int right,
            int answered,
            @Nullable Estimate share,
            @Nullable Double precision,
            double f1,
            @Nullable Integer takenFor) {}

    /** What training reports as metrics: no intervals, so that it costs nothing. */
    public record Numbers(double meanPerClass, double nll, double brier, double calibrationError) {
        /** @param predictions of at least one image */
        public static Numbers of(Predictions predictions) {
            int finite = Math.max(1, predictions.size() - predictions.notFinite());
            double nll = 0;
            double brier = 0;
            for (int i = 0; i < predictions.size(); i++) {
                nll += predictions.nlls()[i];
                brier += predictions.briers()[i];
            }
            double shares = rows(predictions, Confusion.of(predictions)).stream()
                    .filter(row -> row.images > 0)
                    .mapToDouble(row -> (double) row.right / row.images)
                    .average()
                    .orElse(0);
            return new Numbers(
                    shares,
                    nll / finite,
                    brier / finite,
                    Calibration.of(predictions).error());
        }
    }

    /**
     * @param predictions of at least one image
     * @param seed of the bootstrap
     */
    public static Judgement of(Predictions predictions, long seed) {
        int n = predictions.size();
        int right = 0;
        int five = 0;
        for (int i = 0; i < n; i++) {
            right += predictions.right(i) ? 1 : 0;
            five += predictions.ranks()[i] < 5 ? 1 : 0;
        }
        Confusion confusion = Confusion.of(predictions);
        Calibration calibration = Calibration.of(predictions);
        Numbers numbers = Numbers.of(predictions);
        Bootstrap bootstrap = new Bootstrap(predictions, seed);
        return new Judgement(
                n,
                predictions.notFinite(),
                Estimate.share(right, n),
                bootstrap.estimate(Bootstrap.Number.TOP5, (double) five / n, 100),
                bootstrap.estimate(Bootstrap.Number.MEAN_PER_CLASS, numbers.meanPerClass, 100),
                bootstrap.estimate(Bootstrap.Number.NLL, numbers.nll, 1),
                bootstrap.estimate(Bootstrap.Number.BRIER, numbers.brier, 1),
                bootstrap.estimate(Bootstrap.Number.CALIBRATION_ERROR, numbers.calibrationError, 1),
                calibration.bins(),
                rows(predictions, confusion),
                confusion.cells(),
                bootstrap.draws(),
                seed);
    }

    private static List<ClassRow> rows(Predictions predictions, Confusion confusion) {
        int classes = predictions.classes();
        int[] images = new int[classes];
        int[] right = new int[classes];
        int[] answered = new int[classes];
        int[] takenFor = new int[classes];
        Arrays.fill(takenFor, -1);
        for (Confusion.Cell cell : confusion.cells()) {
            images[cell.label()] += cell.images();
            if (cell.answer() >= 0) {
                answered[cell.answer()] += cell.images();
            }
            if (cell.answer() == cell.label()) {
                right[cell.label()] = cell.images();
            } else if (cell.answer() >= 0 && takenFor[cell.label()] < 0) {
                takenFor[cell.label()] = cell.answer(); // the fullest comes first
            }
        }
        List<ClassRow> out = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            if (images[c] + answered[c] > 0) {
                out.add(new ClassRow(
                        c,
                        images[c],
                        right[c],
                        answered[c],
                        images[c] == 0 ? null : Estimate.share(right[c], images[c]),
                        answered[c] == 0 ? null : 100.0 * right[c] / answered[c],
                        200.0 * right[c] / (images[c] + answered[c]),
                        takenFor[c] < 0 ? null : takenFor[c]));
            }
        }
        return out;
    }
}
