package dev.runyard.agent.attempt;

import dev.runyard.agent.client.AttemptClient;
import dev.runyard.agent.client.AttemptClient.Progress;
import dev.runyard.agent.client.ServiceFault;
import io.temporal.client.ActivityCompletionException;
import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * Tells Temporal and the ledger each second that the attempt lives, and takes the ledger's order back. On a thread of its own,
 * because a step of a large model, or a look at the test set, can last longer than a lease.
 */
final class Pulse implements AutoCloseable {
    private static final long INTERVAL_MS = 1_000;

    /** Two leases: by then another worker may have the run, and going on would be wasted. */
    private static final Duration CUT_OFF = Duration.ofSeconds(60);

    private final AttemptClient client;
    private final LongConsumer executor;
    private final Orders orders;
    private final Thread thread;
    private volatile Progress progress = new Progress(0, 0, 0, 0);
    private volatile boolean closed;
    private boolean executorLost;

    /** @param executor beats for Temporal with the next step */
    Pulse(String name, AttemptClient client, LongConsumer executor, Orders orders) {
        this.client = client;
        this.executor = executor;
        this.orders = orders;
        this.thread = new Thread(this::loop, name);
        thread.setDaemon(true);
        thread.start();
    }

    void progress(Progress now) {
        progress = now;
    }

    long step() {
        return progress.step();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        long contact = System.nanoTime();
        while (!closed) {
            beatExecutor();
            try {
                orders.ledger(client.heartbeat(progress));
                contact = System.nanoTime();
            } catch (ServiceFault.Unavailable e) {
                if (System.nanoTime() - contact > CUT_OFF.toNanos()) {
                    orders.preempt("no contact with the service for " + CUT_OFF.toSeconds() + " s");
                }
            } catch (ServiceFault.Stale e) {
                orders.stale();
            } catch (ServiceFault.Refused e) {
                orders.fault(String.valueOf(e.getMessage()));
            }
            try {
                Thread.sleep(INTERVAL_MS);
            } catch (InterruptedException e) {
                return; // closed
            }
        }
    }

    private void beatExecutor() {
        if (executorLost) {
            return;
        }
        try {
            executor.accept(progress.step());
        } catch (ActivityCompletionException e) {
            executorLost = true;
            orders.preempt(
                    "Temporal no longer knows this attempt (" + e.getClass().getSimpleName() + ")");
        }
    }
}
