package dev.runyard.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.run.Verdict.Facts;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.FailureReason.Blame;
import dev.runyard.spec.run.RunState;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class VerdictTest {
    private static final List<RunState> HELD =
            List.of(RunState.STARTING, RunState.RUNNING, RunState.PAUSING, RunState.CANCELLING);

    /** The worker began, and came nowhere; two other devices fit. */
    private static final Facts NOWHERE = new Facts(true, false, false, false, 2, false);

    private static final Facts FURTHER = new Facts(true, false, true, true, 2, false);

    private static Run.Held run(RunState state, int lost, int faults) {
        return new Run.Held(new UUID(0, 1), null, state, 1, false, lost, faults, false, false, false);
    }

    private static Verdict of(RunState state, Outcome outcome, Facts facts, int lost, int faults) {
        return Verdict.of(run(state, lost, faults), state, outcome, facts);
    }

    private static Outcome failed(FailureReason reason) {
        return new Outcome.Failed(0, reason, "because");
    }

    private static Facts alone(Facts facts) {
        return new Facts(
                facts.started(), facts.yielding(), facts.progressed(), facts.furthest(), 0, facts.saidElsewhere());
    }

    private static Stream<FailureReason> blamed(Blame blame) {
        return Stream.of(FailureReason.values()).filter(reason -> reason.blame() == blame);
    }

    @Test
    void everyVerdictIsAWayOfTheTable() {
        for (RunState state : HELD) {
            for (Facts facts : List.of(NOWHERE, FURTHER, alone(NOWHERE), alone(FURTHER))) {
                for (FailureReason reason : FailureReason.values()) {
                    Verdict verdict = of(state, failed(reason), facts, 0, 0);
                    assertThat(state.canBecome(verdict.next()))
                            .as("%s %s", state, reason)
                            .isTrue();
                    assertThat(verdict.reason() != null).isEqualTo(verdict.next() == RunState.FAILED);
                }
                for (Outcome.Cause cause : Outcome.Cause.values()) {
                    Verdict verdict = of(state, new Outcome.GivenBack(3, cause), facts, 2, 2);
                    assertThat(state.canBecome(verdict.next()))
                            .as("%s %s", state, cause)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void aLostWorkerCostsARunNothingUntilTheThirdTimeWithoutAStep() {
        Outcome lost = failed(FailureReason.WORKER_LOST);
        assertThat(of(RunState.RUNNING, lost, NOWHERE, 0, 0))
                .matches(v -> v.next() == RunState.QUEUED && v.lost() == 1 && v.pause() == 0);
        assertThat(of(RunState.RUNNING, lost, NOWHERE, 1, 0))
                .matches(v -> v.next() == RunState.QUEUED && v.lost() == 2);
        assertThat(of(RunState.RUNNING, lost, NOWHERE, 2, 0))
                .matches(v -> v.next() == RunState.FAILED && v.reason() == FailureReason.NO_PROGRESS);
        assertThat(of(RunState.RUNNING, lost, FURTHER, 2, 0))
                .matches(v -> v.next() == RunState.QUEUED && v.lost() == 0);
    }

    @Test
    void givenBackTooUntilTheThirdTimeAndNotAtOnce() {
        Outcome back = new Outcome.GivenBack(0, Outcome.Cause.PREEMPTED);
        assertThat(of(RunState.RUNNING, back, NOWHERE, 0, 0))
                .matches(v -> v.next() == RunState.QUEUED && v.lost() == 1 && v.pause() == 10);
        assertThat(of(RunState.RUNNING, back, NOWHERE, 1, 0))
                .matches(v -> v.next() == RunState.QUEUED && v.lost() == 2 && v.pause() == 20);
        assertThat(of(RunState.RUNNING, back, NOWHERE, 2, 0))
                .matches(v -> v.next() == RunState.FAILED && v.reason() == FailureReason.NO_PROGRESS);
        assertThat(of(RunState.RUNNING, back, FURTHER, 2, 0))
                .matches(v -> v.next() == RunState.QUEUED && v.lost() == 0 && v.pause() == 0);
    }

    @Test
    void anAttemptThatNoWorkerTookUpSaysNothingAboutTheRun() {
        Facts untouched = new Facts(false, false, false, false, 0, false);
        assertThat(of(RunState.STARTING, failed(FailureReason.WORKER_LOST), untouched, 2, 0))
                .matches(v -> v.next() == RunState.QUEUED && v.lost() == 2);
    }

    @Test
    void whatIsTheRunsOwnIsNotTriedAgain() {
        assertThat(blamed(Blame.RUN)).contains(FailureReason.SPEC, FailureReason.NOT_FINITE);
        blamed(Blame.RUN).forEach(reason -> assertThat(of(RunState.RUNNING, failed(reason), FURTHER, 0, 0))
                .matches(v -> v.next() == RunState.FAILED && v.reason() == reason && !v.refused()));
    }

    @Test
    void whatIsThePlacesIsTriedElsewhereAfterAPause() {
        assertThat(blamed(Blame.PLACE))
                .contains(
                        FailureReason.DATA,
                        FailureReason.WEIGHTS,
                        FailureReason.OUT_OF_MEMORY,
                        FailureReason.DISK_FULL,
                        FailureReason.INTERNAL);
        int[] pauses = {10, 20, 40, 80, 160, 320, 600, 600};
        blamed(Blame.PLACE).forEach(reason -> {
            for (int faults = 0; faults < pauses.length; faults++) {
                int pause = pauses[faults];
                assertThat(of(RunState.RUNNING, failed(reason), NOWHERE, 0, faults))
                        .as("%s %s", reason, faults)
                        .matches(v -> v.next() == RunState.QUEUED && v.refused() && v.pause() == pause);
            }
        });
    }

    @Test
    void whatEveryDeviceSaysIsTheRuns() {
        blamed(Blame.PLACE).forEach(reason -> assertThat(of(RunState.RUNNING, failed(reason), alone(NOWHERE), 0, 0))
                .as("%s", reason)
                .matches(v -> v.next() == RunState.FAILED && v.reason() == reason && v.refused()));
    }

    @Test
    void internalIsThePlacesOnFirstSightOnly() {
        Facts seen = new Facts(true, false, false, false, 2, true);
        assertThat(of(RunState.RUNNING, failed(FailureReason.INTERNAL), seen, 0, 1))
                .matches(v -> v.next() == RunState.FAILED && v.reason() == FailureReason.INTERNAL);
        assertThat(of(RunState.RUNNING, failed(FailureReason.DATA), seen, 0, 1).next())
                .isEqualTo(RunState.QUEUED);
    }

    @Test
    void faultsFallWithProgressAndAnAttemptThatGotFurtherIsNoRefusal() {
        Verdict verdict = of(RunState.RUNNING, failed(FailureReason.INTERNAL), alone(FURTHER), 0, 2);
        assertThat(verdict)
                .matches(v -> v.next() == RunState.QUEUED && v.faults() == 1 && !v.refused() && v.pause() == 10);
        assertThat(of(RunState.RUNNING, new Outcome.GivenBack(9, Outcome.Cause.PAUSE), FURTHER, 0, 2)
                        .faults())
                .isZero();
        Facts againTheSameSteps = new Facts(true, false, true, false, 0, false);
        assertThat(of(RunState.RUNNING, failed(FailureReason.INTERNAL), againTheSameSteps, 0, 1)
                        .next())
                .isEqualTo(RunState.FAILED);
    }

    @Test
    void aStartThatCouldNotBeReadNeverFailsARun() {
        Verdict verdict =
                of(RunState.STARTING, new Outcome.GivenBack(0, Outcome.Cause.UNREADABLE), alone(NOWHERE), 2, 2);
        assertThat(verdict)
                .matches(v -> v.next() == RunState.QUEUED && v.refused() && v.lost() == 2 && v.faults() == 2);
    }

    @Test
    void wishesOutliveTheWorker() {
        Outcome lost = failed(FailureReason.WORKER_LOST);
        assertThat(of(RunState.PAUSING, lost, NOWHERE, 0, 0).next()).isEqualTo(RunState.PAUSED);
        assertThat(of(RunState.CANCELLING, lost, NOWHERE, 2, 2).next()).isEqualTo(RunState.CANCELLED);
        assertThat(of(RunState.CANCELLING, failed(FailureReason.SPEC), NOWHERE, 0, 0)
                        .next())
                .isEqualTo(RunState.CANCELLED);
        Run.Held resumed = new Run.Held(new UUID(0, 1), null, RunState.PAUSING, 1, true, 0, 0, false, false, false);
        assertThat(Verdict.of(resumed, RunState.PAUSING, new Outcome.GivenBack(3, Outcome.Cause.PAUSE), FURTHER)
                        .next())
                .isEqualTo(RunState.QUEUED);
    }

    /** Decided is decided: a stopped run does not go on because its worker went away before it could say that it stopped. */
    @Test
    void whatAPrunerStoppedIsPrunedHoweverItsAttemptEnds() {
        Run.Held stopped = new Run.Held(new UUID(0, 1), null, RunState.RUNNING, 1, false, 2, 0, true, false, false);
        Verdict.Facts facts = new Verdict.Facts(true, false, false, false, 1, false);
        for (Outcome outcome : java.util.List.of(
                new Outcome.GivenBack(5, Outcome.Cause.PAUSE),
                new Outcome.GivenBack(5, Outcome.Cause.PREEMPTED),
                new Outcome.Failed(5, FailureReason.WORKER_LOST, "gone"),
                new Outcome.Failed(5, FailureReason.DISK_FULL, "full"))) {
            assertThat(Verdict.of(stopped, RunState.RUNNING, outcome, facts).next())
                    .as(outcome.toString())
                    .isEqualTo(RunState.PRUNED);
        }
        assertThat(Verdict.of(stopped, RunState.RUNNING, new Outcome.Finished(9), facts)
                        .next())
                .isEqualTo(RunState.FINISHED);
        assertThat(Verdict.of(stopped, RunState.CANCELLING, new Outcome.GivenBack(5, Outcome.Cause.CANCEL), facts)
                        .next())
                .isEqualTo(RunState.CANCELLED);
    }
}
