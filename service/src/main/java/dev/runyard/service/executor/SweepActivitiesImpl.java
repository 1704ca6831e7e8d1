package dev.runyard.service.executor;

import dev.runyard.flows.sweep.SweepActivities;
import dev.runyard.service.sweep.SweepLedger;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** The sweep's ledger as a workflow calls it. */
@ApplicationScoped
@Unremovable
public class SweepActivitiesImpl implements SweepActivities {
    private final SweepLedger ledger;

    public SweepActivitiesImpl(SweepLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public Progress next(UUID sweep) {
        return ledger.next(sweep);
    }
}
