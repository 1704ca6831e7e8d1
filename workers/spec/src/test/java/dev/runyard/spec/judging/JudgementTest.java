package dev.runyard.spec.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Held against numbers of scipy, scikit-learn and statsmodels; the case file names their versions. */
class JudgementTest {
    private static final Offset<Double> EXACT = within(1e-10);
    private static final JsonNode CASES = cases();

    private static JsonNode cases() {
        try (InputStream in = JudgementTest.class.getResourceAsStream("/judging/cases.json")) {
            return Json.mapper().readTree(in);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static List<JsonNode> judged() {
        List<JsonNode> out = new ArrayList<>();
        CASES.path("judged").forEach(out::add);
        return out;
    }

    @ParameterizedTest
    @MethodSource("judged")
    void equalsScikitLearn(JsonNode wanted) {
        int classes = wanted.path("classes").asInt();
        Predictions predictions = predictions(wanted);
        Judgement judged = Judgement.of(predictions, 0);
        assertThat(judged.top1().value()).isCloseTo(wanted.path("top1").asDouble(), EXACT);
        assertThat(judged.top5().value()).isCloseTo(wanted.path("top5").asDouble(), EXACT);
        assertThat(judged.meanPerClass().value())
                .isCloseTo(wanted.path("meanPerClass").asDouble(), EXACT);
        assertThat(judged.nll().value()).isCloseTo(wanted.path("nll").asDouble(), EXACT);
        assertThat(judged.brier().value()).isCloseTo(wanted.path("brier").asDouble(), EXACT);
        assertThat(judged.calibrationError().value())
                .isCloseTo(wanted.path("ece").asDouble(), EXACT);
        int[][] table = new int[classes][classes];
        judged.confusion().forEach(cell -> table[cell.label()][cell.answer()] = cell.images());
        for (int c = 0; c < classes; c++) {
            for (int d = 0; d < classes; d++) {
                assertThat(table[c][d])
                        .isEqualTo(wanted.path("confusion").path(c).path(d).asInt());
            }
        }
        for (Judgement.ClassRow row : judged.rows()) {
            int c = row.index();
            assertThat(row.share().value())
                    .isCloseTo(wanted.path("recall").path(c).asDouble(), EXACT);
            assertThat(row.precision() == null ? 0 : row.precision())
                    .isCloseTo(wanted.path("precision").path(c).asDouble(), EXACT);
            assertThat(row.f1()).isCloseTo(wanted.path("f1").path(c).asDouble(), EXACT);
        }
        Judgement.Numbers numbers = Judgement.Numbers.of(predictions);
        assertThat(100 * numbers.meanPerClass()).isCloseTo(judged.meanPerClass().value(), EXACT);
        assertThat(numbers.nll()).isEqualTo(judged.nll().value());
    }

    @Test
    void wilsonEqualsScipy() {
        for (JsonNode one : CASES.path("wilson")) {
            Estimate share = Estimate.share(one.path(0).asLong(), one.path(1).asLong());
            assertThat(share.low()).isCloseTo(one.path(2).asDouble(), EXACT);
            assertThat(share.high()).isCloseTo(one.path(3).asDouble(), EXACT);
        }
    }

    @Test
    void mcNemarEqualsStatsmodels() {
        for (JsonNode one : CASES.path("mcnemar")) {
            McNemar test = McNemar.of(one.path(0).asInt(), one.path(1).asInt());
            assertThat(test.p()).isCloseTo(one.path(2).asDouble(), EXACT);
            assertThat(test.exact()).isEqualTo(one.path(3).asBoolean());
        }
        McNemar test = McNemar.of(new boolean[] {true, true, false, false}, new boolean[] {true, false, true, false});
        assertThat(test.first()).isEqualTo(1);
        assertThat(test.second()).isEqualTo(1);
    }

    @Test
    void percentilesEqualNumpys() {
        JsonNode wanted = CASES.path("percentile");
        double[] sorted = Json.mapper().convertValue(wanted.path("values"), double[].class);
        assertThat(Bootstrap.percentile(sorted, 0.025))
                .isCloseTo(wanted.path("low").asDouble(), EXACT);
        assertThat(Bootstrap.percentile(sorted, 0.975))
                .isCloseTo(wanted.path("high").asDouble(), EXACT);
    }

    /** Each draw's numbers are those that a set of just these images would have; told from a set with one image of each kind. */
    @Test
    void drawsAreSetsOfImages() {
        SplittableRandom random = new SplittableRandom(3);
        int n = 500;
        Predictions.Builder builder = new Predictions.Builder(20);
        for (int i = 0; i < n; i++) {
            builder.add(row(random, 20, i % 20), 0, i % 20);
        }
        Predictions predictions = builder.build();
        Judgement judged = Judgement.of(predictions, 11);
        double[] nlls = predictions.nlls();
        double mean = Arrays.stream(nlls).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(nlls).map(x -> (x - mean) * (x - mean)).average().orElseThrow() / n);
        // The bootstrap's interval of a mean is the normal one, as far as 500 images and 10,000 draws tell.
        assertThat(judged.nll().low()).isCloseTo(mean - 1.96 * deviation, within(0.1 * deviation));
        assertThat(judged.nll().high()).isCloseTo(mean + 1.96 * deviation, within(0.1 * deviation));
        for (Estimate e : List.of(judged.top5(), judged.meanPerClass(), judged.brier())) {
            assertThat(e.low()).isLessThan(e.value());
            assertThat(e.high()).isGreaterThan(e.value());
        }
        assertThat(judged.draws()).isEqualTo(10_000);
        assertThat(Judgement.of(predictions, 11)).isEqualTo(judged);
        assertThat(Judgement.of(predictions, 12).nll().low())
                .isNotEqualTo(judged.nll().low());
    }

    @Test
    void whatIsNoNumberIsWrongAndNothingElse() {
        Predictions.Builder builder = new Predictions.Builder(3);
        builder.add(new float[] {2, 1, 0}, 0, 0);
        builder.add(new float[] {Float.NaN, 1, 0}, 0, 1);
        builder.add(new float[] {Float.NEGATIVE_INFINITY, 1, 0}, 0, 1); // a class that cannot be answered is no fault
        Predictions predictions = builder.build();
        Judgement judged = Judgement.of(predictions, 0);
        assertThat(judged.notFinite()).isEqualTo(1);
        assertThat(judged.top1().value()).isCloseTo(200 / 3.0, EXACT);
        assertThat(judged.nll().value())
                .isCloseTo((predictions.nlls()[0] + predictions.nlls()[2]) / 2, EXACT);
        assertThat(judged.bins().stream().mapToInt(Calibration.Bin::images).sum())
                .isEqualTo(2);
    }

    @Test
    void aMaskHidesTheOtherClasses() {
        float[] scores = {5, 1, 3, 2};
        Predictions.Builder masked = new Predictions.Builder(4, new int[] {1, 2, 3});
        masked.add(scores, 0, 2);
        Predictions found = masked.build();
        assertThat(found.answers()).containsExactly(2);
        assertThat(found.labels()).containsExactly(2);
        assertThat(found.confidences()[0]).isCloseTo(Math.exp(3) / (Math.exp(1) + Math.exp(3) + Math.exp(2)), EXACT);
    }

    @Test
    void binsHaveTheirLowerEnd() {
        for (int b = 0; b < Calibration.BINS; b++) {
            double edge = (double) b / Calibration.BINS;
            assertThat(Calibration.bin(edge)).isEqualTo(b);
            assertThat(Calibration.bin(Math.nextDown((b + 1.0) / Calibration.BINS)))
                    .isEqualTo(b);
        }
        assertThat(Calibration.bin(1)).isEqualTo(14);
    }

    /** Goal: 10,000 predictions within a second on one core. The limit leaves room for a busy machine. */
    @Test
    void tenThousandPredictionsTakeASecond() {
        SplittableRandom random = new SplittableRandom(1);
        int classes = 100;
        float[] scores = new float[10_000 * classes];
        for (int i = 0; i < 10_000; i++) {
            System.arraycopy(row(random, classes, i % classes), 0, scores, i * classes, classes);
        }
        long best = Long.MAX_VALUE;
        for (int k = 0; k < 3; k++) {
            long begin = System.nanoTime();
            Predictions.Builder builder = new Predictions.Builder(classes);
            for (int i = 0; i < 10_000; i++) {
                builder.add(scores, i * classes, i % classes);
            }
            Judgement.of(builder.build(), k);
            best = Math.min(best, System.nanoTime() - begin);
        }
        System.out.printf("judging 10,000 predictions of 100 classes: %.2f s%n", best / 1e9);
        assertThat(best).isLessThan(5_000_000_000L);
    }

    private static float[] row(SplittableRandom random, int classes, int label) {
        float[] row = new float[classes];
        for (int c = 0; c < classes; c++) {
            row[c] = (float) (2 * random.nextDouble() + (c == label ? 1.2 : 0));
        }
        return row;
    }

    private static Predictions predictions(JsonNode wanted) {
        int classes = wanted.path("classes").asInt();
        float[] scores = Json.mapper().convertValue(wanted.path("scores"), float[].class);
        int[] labels = Json.mapper().convertValue(wanted.path("labels"), int[].class);
        Predictions.Builder builder = new Predictions.Builder(classes);
        for (int i = 0; i < labels.length; i++) {
            builder.add(scores, i * classes, labels[i]);
        }
        return builder.build();
    }
}
