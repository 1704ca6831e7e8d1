package dev.runyard.service.executor;

import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.run.RunWorkflowImpl;
import dev.runyard.flows.sweep.SweepActivities;
import dev.runyard.flows.sweep.SweepWorkflowImpl;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.sweep.SweepLedger;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Polls the ledger's queue: workflows, and the activities that the ledger implements. A Temporal server that comes late, or goes and
 * comes back, is waited for; until then runs are accepted and stay queued. One that is back is polled at once: the SDK's own polls
 * fail with ever longer pauses, up to a minute, and a lease that was granted meanwhile would be over.
 */
@ApplicationScoped
class LedgerWorker {
    private static final Logger LOG = Logger.getLogger(LedgerWorker.class);
    private static final long RETRY_MILLIS = 1_000;
    /** A workflow's step takes microseconds; on a machine that trains with every core it may wait for one much longer. */
    private static final long STARVED_MILLIS = 30_000;

    private final WorkflowClient client;
    private final TemporalStatus status;
    private final RunLedger runs;
    private final SweepLedger sweeps;
    private volatile boolean stopping;
    private @Nullable WorkerFactory factory;

    @Inject
    LedgerWorker(WorkflowClient client, TemporalStatus status, RunLedger runs, SweepLedger sweeps) {
        this.client = client;
        this.status = status;
        this.runs = runs;
        this.sweeps = sweeps;
    }

    void start(@Observes StartupEvent event) {
        Thread thread = new Thread(this::connect, "ledger-worker");
        thread.setDaemon(true);
        thread.start();
    }

    /** Polls while Temporal answers, and anew each time that it is back. */
    private void connect() {
        boolean polls = false;
        boolean told = false;
        while (!stopping) {
            boolean ok = status.ok();
            if (ok && !polls) {
                polls = poll();
                told &= !polls;
            } else if (!ok && polls) {
                leave();
                polls = false;
            }
            if (!ok && !told) {
                LOG.warn("Temporal does not answer; runs stay queued until it does");
                told = true;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private synchronized boolean poll() {
        if (stopping) {
            return true;
        }
        WorkerFactory fresh = WorkerFactory.newInstance(client);
        Worker worker = fresh.newWorker(
                TaskQueues.LEDGER,
                WorkerOptions.newBuilder()
                        .setDefaultDeadlockDetectionTimeout(STARVED_MILLIS)
                        .build());
        worker.registerWorkflowImplementationTypes(RunWorkflowImpl.class, SweepWorkflowImpl.class);
        // Temporal looks at an implementation's class, and a container's proxy hides the interfaces it looks for.
        worker.registerActivitiesImplementations(new RunActivitiesImpl(runs), (SweepActivities) sweeps::next);
        try {
            fresh.start();
            factory = fresh;
            return true;
        } catch (RuntimeException e) {
            LOG.warnf("cannot poll Temporal yet: %s", e.getMessage());
            fresh.shutdownNow();
            return false;
        }
    }

    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        leave();
    }

    private synchronized void leave() {
        if (factory != null) {
            factory.shutdownNow();
            factory.awaitTermination(5, TimeUnit.SECONDS);
            factory = null;
        }
    }
}
