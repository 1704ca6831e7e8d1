package dev.runyard.service.event;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Tells the scheduler and the reconciler of this replica that a commit left something to do. A hint and no more: both look at the
 * rows by themselves every few seconds, so a lost one costs time only.
 */
@ApplicationScoped
public class Wakeup {
    private final TransactionSynchronizationRegistry transactions;
    private final EventFeed events;
    private final Semaphore scheduler = new Semaphore(0);
    private final Semaphore reconciler = new Semaphore(0);
    private Set<UUID> runs = new HashSet<>();
    private Set<UUID> sweeps = new HashSet<>();

    public Wakeup(TransactionSynchronizationRegistry transactions, EventFeed events) {
        this.transactions = transactions;
        this.events = events;
    }

    /** An event row was written in this transaction: the open pages are told at once, not within a second. */
    public void tell() {
        afterCommit(events::kick);
    }

    /** What changed since the last look. */
    public record Changes(Set<UUID> runs, Set<UUID> sweeps) {}

    /** A run's row or a device changed in this transaction such that a lease may be granted. */
    public void schedule() {
        afterCommit(scheduler::release);
    }

    /** The run may need a workflow, or its workflow a look at the row. */
    public void run(UUID run) {
        afterCommit(() -> {
            synchronized (this) {
                runs.add(run);
            }
            reconciler.release();
        });
    }

    /** The sweep may need a workflow, or its window more runs. */
    public void sweep(UUID sweep) {
        afterCommit(() -> {
            synchronized (this) {
                sweeps.add(sweep);
            }
            reconciler.release();
        });
    }

    /** Waits until there may be something to grant, or the time is over. */
    public void awaitSchedule(long millis) throws InterruptedException {
        if (scheduler.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            scheduler.drainPermits();
        }
    }

    /** Waits until something changed, or the time is over, and takes what changed. */
    public Changes awaitChanges(long millis) throws InterruptedException {
        if (reconciler.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            reconciler.drainPermits();
        }
        synchronized (this) {
            Changes taken = new Changes(runs, sweeps);
            runs = new HashSet<>();
            sweeps = new HashSet<>();
            return taken;
        }
    }

    private void afterCommit(Runnable then) {
        if (transactions.getTransactionStatus() != Status.STATUS_ACTIVE) {
            then.run();
            return;
        }
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_COMMITTED) {
                    then.run();
                }
            }
        });
    }
}
