package dev.runyard.service.scheduling;

import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.executor.LoopWatch;
import dev.runyard.service.executor.TemporalStatus;
import dev.runyard.service.executor.Workflows;
import dev.runyard.spec.Failpoint;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;

/**
 * Grants leases after each commit that may allow one, and every second. Among replicas one grants at a time, by an advisory lock.
 * While Temporal is away nothing is granted: the runs stay QUEUED.
 */
@ApplicationScoped
public class Scheduler {
    /** Its name to {@link LoopWatch}. */
    public static final String LOOP = "scheduler";

    private static final long EVERY_MILLIS = 1_000;

    /** Pause between two rounds: runs that are queued close together are looked at together. */
    private static final long GATHER_MILLIS = 20;

    static final long LEADER = 0x52756e79617264L;

    private final Grants grants;
    private final Usage usage;
    private final Meters meters;
    private final Statements statements;
    private final Workflows workflows;
    private final Wakeup wakeup;
    private final TemporalStatus temporal;
    private final LoopWatch pulse;

    public Scheduler(
            Grants grants,
            Usage usage,
            Meters meters,
            Statements statements,
            Workflows workflows,
            Wakeup wakeup,
            TemporalStatus temporal,
            LoopWatch pulse) {
        this.grants = grants;
        this.usage = usage;
        this.meters = meters;
        this.statements = statements;
        this.workflows = workflows;
        this.wakeup = wakeup;
        this.temporal = temporal;
        this.pulse = pulse;
    }

    /** Waits for something to do, at most a second, and does it. */
    public void step() throws InterruptedException {
        wakeup.awaitSchedule(EVERY_MILLIS);
        if (temporal.ok()) {
            // The signals follow the commit. One that gets lost is sent again by the reconciler.
            for (LeaseGrant grant : lead()) {
                Failpoint.LEASE_COMMITTED.reach();
                workflows.grant(grant);
                Failpoint.LEASE_SIGNALLED.reach();
            }
            pulse.beat(LOOP);
        }
        Thread.sleep(GATHER_MILLIS);
    }

    /** One round of grants, unless another replica is at it. */
    @Transactional
    List<LeaseGrant> lead() {
        boolean leads = statements
                .row("select pg_try_advisory_xact_lock(?)", r -> r.getBoolean(1), LEADER)
                .orElse(false);
        if (!leads) {
            return List.of();
        }
        usage.book();
        meters.look();
        return grants.round();
    }
}
