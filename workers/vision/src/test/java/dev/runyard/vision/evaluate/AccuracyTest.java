package dev.runyard.vision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.vision.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AccuracyTest {
    private static final float NAN = Float.NaN;

    @Test
    void equalScoresAreInTheOrderOfTheirIndexAndNanIsLast() {
        float[] scores = {1, 1, NAN};
        assertThat(Accuracy.NONE.and(scores, 0, 3, 0)).isEqualTo(new Accuracy(1, 1, 1));
        assertThat(Accuracy.NONE.and(scores, 0, 3, 1)).isEqualTo(new Accuracy(1, 0, 1));
        assertThat(Accuracy.NONE.and(scores, 0, 3, 2)).isEqualTo(new Accuracy(1, 0, 0));
    }

    @Test
    void noImageHasNoAccuracy() {
        assertThat(Accuracy.NONE.top1Percent()).isEmpty();
        assertThat(Accuracy.NONE.top5Percent()).isEmpty();
    }

    @Test
    void aMaskChangesWhatMayBeAnswered() {
        float[] scores = {9, 3, 2, 1};
        Tally tally = new Tally(new int[] {1, 2, -1}, List.of(new int[] {1, 2}));
        tally.add(scores, new int[] {0});
        tally.add(scores, new int[] {1});
        tally.add(scores, new int[] {2});
        assertThat(tally.all()).isEqualTo(new Accuracy(2, 0, 2));
        assertThat(tally.masked(0)).isEqualTo(new Accuracy(2, 1, 2));
        assertThat(tally.leftOut()).isEqualTo(1);
    }

    @Test
    void classesAreBoundByName() {
        Answers answers = Answers.of(List.of("a", "b", "c", "d"), List.of("d", "x", "a", "empty"), new int[] {0, 1, 2});
        assertThat(answers.output()).containsExactly(3, -1, 0, -1);
        assertThat(answers.mask()).containsExactly(0, 3);
        assertThat(answers.missing()).containsExactly("x");
    }

    @Test
    void asTheReferenceCounts() throws Exception {
        Golden golden = new Golden("metrics");
        float[] logits = golden.floats("io.safetensors", "logits");
        int[] labels = ints(golden.longs("io.safetensors", "labels"));
        int classes = logits.length / labels.length;
        Accuracy all = Accuracy.NONE;
        for (int i = 0; i < labels.length; i++) {
            all = all.and(logits, i * classes, classes, labels[i]);
        }
        assertThat(all.top1Percent().orElseThrow())
                .isCloseTo(golden.floats("io.safetensors", "top1_percent")[0], within(1e-5));
        assertThat(all.top5Percent().orElseThrow())
                .isCloseTo(golden.floats("io.safetensors", "top5_percent")[0], within(1e-5));
    }

    @Test
    void masksAsTheReferenceDoes() throws Exception {
        Golden golden = new Golden("metrics");
        float[] logits = golden.floats("io.safetensors", "masked_logits");
        int[] labels = ints(golden.longs("io.safetensors", "masked_labels"));
        int[] mask = ints(golden.longs("io.safetensors", "mask"));
        int classes = logits.length / labels.length;
        Tally tally = new Tally(IntStream.range(0, classes).toArray(), List.of(mask));
        tally.add(logits, labels);
        assertThat(tally.all().top1Percent().orElseThrow())
                .isCloseTo(golden.floats("io.safetensors", "unmasked_top1_percent")[0], within(1e-5));
        assertThat(tally.masked(0).top1Percent().orElseThrow())
                .isCloseTo(golden.floats("io.safetensors", "masked_top1_percent")[0], within(1e-5));
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }
}
