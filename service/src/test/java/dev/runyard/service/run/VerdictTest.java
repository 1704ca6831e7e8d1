package dev.runyard.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.FailureReason;
import dev.runyard.spec.RunState;
import dev.runyard.spec.report.Outcome;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class VerdictTest {
    private static final List<RunState> HELD =
            List.of(RunState.STARTING, RunState.RUNNING, RunState.PAUSING, RunState.CANCELLING);

    private static Run.Held run(RunState state, int lost, int faults) {
        return new Run.Held(new UUID(0, 1), null, state, 1, false, lost, faults);
    }

    private static Verdict of(RunState state, Outcome outcome, boolean progressed, int lost, int faults) {
        return Verdict.of(run(state, lost, faults), state, outcome, true, progressed);
    }

    private static Outcome failed(FailureReason reason) {
        return new Outcome.Failed(0, reason, "because");
    }

    @Test
    void everyVerdictIsAWayOfTheTable() {
        for (RunState state : HELD) {
            for (FailureReason reason : FailureReason.values()) {
                Verdict verdict = of(state, failed(reason), false, 0, 0);
                assertThat(state.canBecome(verdict.next()))
                        .as("%s %s", state, reason)
                        .isTrue();
                assertThat(verdict.reason() != null).isEqualTo(verdict.next() == RunState.FAILED);
            }
            for (Outcome.Cause cause : Outcome.Cause.values()) {
                Verdict verdict = of(state, new Outcome.GivenBack(3, cause), true, 0, 0);
                assertThat(state.canBecome(verdict.next()))
                        .as("%s %s", state, cause)
                        .isTrue();
            }
        }
    }

    @Test
    void aLostWorkerCostsARunNothingUntilTheThirdTimeWithoutAStep() {
        Outcome lost = failed(FailureReason.WORKER_LOST);
        assertThat(of(RunState.RUNNING, lost, false, 0, 0)).matches(v -> v.next() == RunState.QUEUED && v.lost() == 1);
        assertThat(of(RunState.RUNNING, lost, false, 1, 0)).matches(v -> v.next() == RunState.QUEUED && v.lost() == 2);
        assertThat(of(RunState.RUNNING, lost, false, 2, 0))
                .matches(v -> v.next() == RunState.FAILED && v.reason() == FailureReason.NO_PROGRESS);
        assertThat(of(RunState.RUNNING, lost, true, 2, 0)).matches(v -> v.next() == RunState.QUEUED && v.lost() == 0);
    }

    @Test
    void anAttemptThatNoWorkerTookUpSaysNothingAboutTheRun() {
        Verdict verdict = Verdict.of(
                run(RunState.STARTING, 2, 0), RunState.STARTING, failed(FailureReason.WORKER_LOST), false, false);
        assertThat(verdict).matches(v -> v.next() == RunState.QUEUED && v.lost() == 2);
    }

    @Test
    void whatFailsTheSameWayAgainIsNotTriedAgain() {
        for (FailureReason reason : FailureReason.values()) {
            if (reason.deterministic()) {
                assertThat(of(RunState.RUNNING, failed(reason), true, 0, 0))
                        .matches(v -> v.next() == RunState.FAILED && v.reason() == reason);
            }
        }
        assertThat(of(RunState.RUNNING, failed(FailureReason.INTERNAL), true, 0, 1)
                        .next())
                .isEqualTo(RunState.QUEUED);
        assertThat(of(RunState.RUNNING, failed(FailureReason.INTERNAL), true, 0, 2)
                        .next())
                .isEqualTo(RunState.FAILED);
    }

    @Test
    void wishesOutliveTheWorker() {
        Outcome lost = failed(FailureReason.WORKER_LOST);
        assertThat(of(RunState.PAUSING, lost, false, 0, 0).next()).isEqualTo(RunState.PAUSED);
        assertThat(of(RunState.CANCELLING, lost, false, 2, 2).next()).isEqualTo(RunState.CANCELLED);
        Run.Held resumed = new Run.Held(new UUID(0, 1), null, RunState.PAUSING, 1, true, 0, 0);
        assertThat(Verdict.of(resumed, RunState.PAUSING, new Outcome.GivenBack(3, Outcome.Cause.PAUSE), true, true)
                        .next())
                .isEqualTo(RunState.QUEUED);
    }
}
