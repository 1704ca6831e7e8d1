package dev.runyard.service.executor;

import dev.runyard.flows.run.RunActivities;
import dev.runyard.service.run.RunLedger;
import dev.runyard.spec.report.Outcome;
import java.util.UUID;

/** The ledger as a workflow may ask it. Nothing that a workflow says is booked. */
final class RunActivitiesImpl implements RunActivities {
    private final RunLedger ledger;

    RunActivitiesImpl(RunLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public boolean over(UUID run) {
        return ledger.over(run);
    }

    @Override
    public boolean ended(UUID run, long attempt, Outcome outcome) {
        return ledger.over(run);
    }
}
