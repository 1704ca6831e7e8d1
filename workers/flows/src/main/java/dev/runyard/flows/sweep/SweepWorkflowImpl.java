package dev.runyard.flows.sweep;

import dev.runyard.flows.LedgerOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.UUID;

/**
 * Top up, wait, top up. The runs are not children: each has a workflow of its own that the ledger starts, so a sweep's history
 * stays short however many runs it has. A change of the order of calls below needs {@code Workflow.getVersion}: recorded
 * histories of every release are replayed against this class.
 */
public final class SweepWorkflowImpl implements SweepWorkflow {
    /** How long a missed signal can keep the window from being filled. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(30);

    private final SweepActivities ledger = Workflow.newActivityStub(SweepActivities.class, LedgerOptions.patient());
    private boolean changed;

    @Override
    public void run(UUID sweep) {
        while (!topUp(sweep).over()) {
            if (Workflow.getInfo().isContinueAsNewSuggested()) {
                Workflow.newContinueAsNewStub(SweepWorkflow.class).run(sweep);
            }
            Workflow.await(ASK_AGAIN, () -> changed);
        }
    }

    @Override
    public void changed() {
        changed = true;
    }

    /** The flag falls before the ledger looks, so that a change during the look leads to another. */
    private SweepActivities.Progress topUp(UUID sweep) {
        changed = false;
        return ledger.next(sweep);
    }
}
