package dev.runyard.agent.attempt;

import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt has been told, by the ledger, by Temporal, by a signal to this process, or by its own reporting threads. Any
 * thread may tell; the training thread asks each step. The strongest word counts: stale, cancel, pause or give back, continue.
 */
public final class Orders {
    private Order ledger = Order.CONTINUE;
    private boolean preempted;
    private boolean stale;
    private @Nullable String why;
    private @Nullable String fault;
    private long deadline;
    private boolean limited;

    /** The ledger's answer to a heartbeat. */
    public synchronized void ledger(Order order) {
        if (order == Order.STALE) {
            stale = true;
        } else if (ledger != Order.CANCEL) {
            ledger = order;
        }
    }

    /** Checkpoint and give the device back: this process, or its executor, is going away. */
    public synchronized void preempt(String reason) {
        if (!preempted) {
            preempted = true;
            why = reason;
        }
    }

    /** The same with a limit: what is not reported by then stays unreported. */
    public synchronized void preempt(String reason, Duration grace) {
        preempt(reason);
        limited = true;
        deadline = System.nanoTime() + grace.toNanos();
    }

    /** A newer attempt exists. */
    public synchronized void stale() {
        stale = true;
    }

    /** The service will not take a report, so going on is in vain. */
    public synchronized void fault(String message) {
        if (fault == null) {
            fault = message;
        }
    }

    public synchronized Order now() {
        if (stale) {
            return Order.STALE;
        }
        if (ledger != Order.CONTINUE) {
            return ledger;
        }
        return preempted || fault != null ? Order.PAUSE : Order.CONTINUE;
    }

    /** Whether there is any use, and time left, in reporting what was measured. */
    public synchronized boolean reporting() {
        return ending() && fault == null;
    }

    /** Whether there is any use, and time left, in reporting the end. */
    public synchronized boolean ending() {
        return !stale && !(limited && System.nanoTime() > deadline);
    }

    public synchronized @Nullable String fault() {
        return fault;
    }

    /** Why it was preempted; null when it was not. */
    public synchronized @Nullable String why() {
        return why;
    }

    /** Training knows only that it was told to pause or stop; who said so is known here. */
    synchronized Outcome.Cause cause() {
        if (stale) {
            return Outcome.Cause.STALE;
        }
        return switch (ledger) {
            case CANCEL -> Outcome.Cause.CANCEL;
            case PAUSE -> Outcome.Cause.PAUSE;
            default -> Outcome.Cause.PREEMPTED;
        };
    }
}
