package dev.runyard.vision.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.spec.training.ScheduleSpec.Per;
import org.junit.jupiter.api.Test;

/** The rate when each step changes it, by visual prompting's closed form; per epoch is held against the authors' list elsewhere. */
class ScheduleTest {
    private static final double PEAK = 40;

    @Test
    void perStep() {
        ScheduleSpec spec = new ScheduleSpec(10, 0, 0.0, Per.STEP, 1_000);
        int perEpoch = 500;
        assertThat(Schedule.rate(spec, PEAK, 0, perEpoch)).isCloseTo(0.04, within(1e-12));
        assertThat(Schedule.rate(spec, PEAK, 499, perEpoch)).isCloseTo(20, within(1e-12));
        assertThat(Schedule.rate(spec, PEAK, 999, perEpoch)).isCloseTo(40, within(1e-12));
        assertThat(Schedule.rate(spec, PEAK, 1_000, perEpoch)).isCloseTo(40, within(1e-12));
        assertThat(Schedule.rate(spec, PEAK, 3_000, perEpoch)).isCloseTo(20, within(1e-12));
        for (long step = 1_000; step < 5_000; step += 37) {
            double expected = 0.5 * (1 + Math.cos(Math.PI * (step - 1_000) / 4_000)) * PEAK;
            assertThat(Schedule.rate(spec, PEAK, step, perEpoch)).isCloseTo(expected, within(1e-12));
        }
    }

    @Test
    void warmUpInEpochsCountsTheirSteps() {
        ScheduleSpec spec = new ScheduleSpec(10, 2, 0.01, Per.STEP, null);
        assertThat(Schedule.rate(spec, PEAK, 9, 5)).isCloseTo(40, within(1e-12));
        assertThat(Schedule.rate(spec, PEAK, 50, 5)).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void perEpochAllStepsOfAnEpochAreEqual() {
        ScheduleSpec spec = new ScheduleSpec(10, 3, 0.0);
        for (int step = 0; step < 70; step++) {
            assertThat(Schedule.rate(spec, PEAK, step, 7)).isEqualTo(Schedule.rate(spec, PEAK, step / 7));
        }
    }
}
