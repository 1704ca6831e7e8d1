package dev.runyard.vision.train.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.vision.device.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The words of a training, with pauses of known length between them. */
class CostMeterTest {
    private static final double SLACK = 0.15; // a busy machine wakes late

    private final List<MetricPoint> told = new ArrayList<>();

    private final class Slow implements TrainingListener {
        @Override
        public void checkpoint(Path folder, CheckpointRef ref) {
            pause(200);
        }

        @Override
        public void points(List<MetricPoint> points) {
            told.addAll(points);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void timeBelongsToThePhaseThatAWordEnds() {
        try (CostMeter meter = new CostMeter(new Slow(), 32, Usage.of("cpu", 1))) {
            pause(300);
            meter.preparing("pixels", 1, 2);
            pause(100);
            meter.resumed(10);
            meter.progress(10, 20, 0, 2);
            for (int step = 11; step <= 15; step++) {
                pause(100);
                meter.progress(step, 20, 0, 2);
            }
            pause(200);
            meter.progress(15, 20, 1, 2); // a batch of a validation
            pause(200);
            meter.judged(80);
            pause(150);
            meter.checkpoint(Path.of("x"), null);
            meter.end();
            Map<String, Double> found = meter.figures();
            assertThat(found.get("system/seconds/preparing")).isCloseTo(0.4, within(SLACK));
            assertThat(found.get("system/seconds/training")).isCloseTo(0.5, within(SLACK));
            assertThat(found.get("system/seconds/judging")).isCloseTo(0.4, within(SLACK));
            assertThat(found.get("system/seconds/checkpointing")).isCloseTo(0.15, within(SLACK));
            assertThat(found.get("system/seconds/reporting")).isCloseTo(0.2, within(SLACK));
            assertThat(found.get("system/images-per-second")).isBetween(5 * 32 / 0.65, 5 * 32 / 0.49);
            assertThat(found.get("system/evaluation-images-per-second")).isBetween(80 / 0.55, 80 / 0.39);
            assertThat(found.get("system/process-memory")).isBetween(0.01, 100.0);
            assertThat(found.get("system/utilisation")).isBetween(0.0, 100.0);
            assertThat(found).doesNotContainKey("system/device-memory"); // the CPU has none of its own
        }
    }

    @Test
    void whatIsTakenAtAMomentIsToldWhileItTrainsAndOnceAStep() {
        for (Duration sample : List.of(Duration.ZERO, Duration.ofDays(1))) {
            try (CostMeter meter = new CostMeter(new Slow(), 4, Usage.of("cpu", 1), sample)) {
                meter.resumed(2);
                meter.progress(2, 6, 0, 2); // no step yet
                meter.progress(3, 6, 0, 2);
                meter.progress(5, 6, 0, 2);
                meter.progress(5, 6, 1, 2); // of a validation
            }
        }
        assertThat(told.stream().map(MetricPoint::key).distinct())
                .containsExactly("system/now/process-memory", "system/now/processors"); // the CPU has no more
        assertThat(told.stream().map(MetricPoint::step)).containsExactly(3L, 3L, 5L, 5L); // and none within a day
        assertThat(told).allSatisfy(point -> assertThat(point.value()).isBetween(0.0, 1000.0));
    }

    /** A worker may write each (key, step) once. */
    @Test
    void eachStepIsToldOnceAndTheEndAlways() {
        try (CostMeter meter = new CostMeter(new Slow(), 4, Usage.of("cpu", 1))) {
            meter.resumed(0);
            meter.progress(3, 6, 1, 2);
            meter.judged(5);
            meter.progress(6, 6, 2, 2);
            meter.judged(5);
            meter.judged(7);
            meter.end();
            meter.end();
        }
        Map<Long, Long> keys = told.stream()
                .filter(point -> point.key().equals("system/seconds/training"))
                .collect(Collectors.groupingBy(MetricPoint::step, Collectors.counting()));
        assertThat(keys).isEqualTo(Map.of(3L, 1L, 6L, 1L));
    }
}
