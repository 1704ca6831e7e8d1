package dev.runyard.service.scheduling.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the scheduler's function makes of days in a lab. */
class SimulationTest {
    @Test
    void whileAllHaveWorkTheirDeviceSecondsAreAsTheirWeights() {
        assertThat(SchedulingBench.shares()).isLessThan(0.1);
    }

    @Test
    void anUrgentRunTakesADeviceAndNoStepIsTrainedTwice() {
        assertThat(SchedulingBench.preemption()).isLessThanOrEqualTo(65);
    }

    @Test
    void nothingStarves() {
        Simulation lab = new Simulation(Simulation.gpus(4, 24L << 30), Map.of(), 60, Duration.ofHours(1));
        for (int i = 0; i < 8; i++) {
            lab.submit("bob" + i % 3, PriorityClass.NORMAL, Placement.ANY, 300);
        }
        lab.second();
        Simulation.Job idle = lab.submit("ann", PriorityClass.IDLE, Placement.ANY, 600);
        Simulation.Job whole = lab.submit(
                "ann",
                PriorityClass.NORMAL,
                new Placement(Placement.Device.CUDA, "24GiB", Map.of(), List.of(), true),
                600);
        Random random = new Random(3);
        // More normal work of others than the devices can do, without an end.
        for (int second = 0; second < 3 * 3_600; second++) {
            if (second % 40 == 0) {
                lab.submit("bob" + second % 3, PriorityClass.NORMAL, Placement.ANY, 200 + random.nextInt(400));
            }
            lab.second();
        }
        assertThat(idle.ended).as("after maxWait it counts as normal").isNotNull();
        assertThat(idle.first).isAfter(Simulation.BEGIN.plus(Duration.ofHours(1)));
        assertThat(whole.ended).isNotNull();
        assertThat(lab.jobs().stream().filter(Simulation.Job::waits).count()).isPositive();
    }

    @Test
    void idleRunsUseWhatNobodyWantsAndGiveItBack() {
        Simulation lab = new Simulation(Simulation.gpus(2, 24L << 30), Map.of(), 60, Duration.ofHours(24));
        Simulation.Job first = lab.submit("ann", PriorityClass.IDLE, Placement.ANY, 2_000);
        Simulation.Job second = lab.submit("ann", PriorityClass.IDLE, Placement.ANY, 2_000);
        for (int i = 0; i < 500; i++) {
            lab.second();
        }
        Simulation.Job normal = lab.submit("bob", PriorityClass.NORMAL, Placement.ANY, 100);
        for (int i = 0; i < 4_000; i++) {
            lab.second();
        }
        assertThat(normal.first).isNotNull();
        assertThat(first.preempted + second.preempted).isOne();
        assertThat(first.trained + second.trained).isEqualTo(4_000);
        assertThat(lab.jobs()).allMatch(job -> job.ended != null);
    }
}
