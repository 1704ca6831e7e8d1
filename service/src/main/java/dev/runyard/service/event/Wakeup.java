package dev.runyard.service.event;

import dev.runyard.service.db.Commit;
import jakarta.enterprise.context.ApplicationScoped;
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
    private final Commit commit;
    private final EventFeed events;
    private final Semaphore scheduler = new Semaphore(0);
    private final Semaphore reconciler = new Semaphore(0);
    private Set<UUID> runs = new HashSet<>();
    private Set<UUID> sweeps = new HashSet<>();

    public Wakeup(Commit commit, EventFeed events) {
        this.commit = commit;
        this.events = events;
    }

    /** An event row was written in this transaction: the open pages are told at once, not within a second. */
    public void tell() {
        commit.then(events::kick);
    }

    /** What changed since the last look. */
    public record Changes(Set<UUID> runs, Set<UUID> sweeps) {}

    /** A run's row or a device changed in this transaction such that a lease may be granted. */
    public void schedule() {
        commit.then(scheduler::release);
    }

    /** The run may need a workflow, or its workflow a look at the row. */
    public void run(UUID run) {
        commit.then(() -> {
            synchronized (this) {
                runs.add(run);
            }
            reconciler.release();
        });
    }

    /** The sweep may need a workflow, or its window more runs. */
    public void sweep(UUID sweep) {
        commit.then(() -> {
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
}
