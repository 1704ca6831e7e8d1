package dev.runyard.agent.attempt;

import dev.runyard.agent.client.AttemptClient;
import dev.runyard.agent.client.AttemptClient.Progress;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.report.Preparing;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the ledger each second that the attempt lives, which renews its lease, and takes the ledger's order back. On a thread of its
 * own, because a step of a large model can last longer than a lease; so it also watches that training goes on. Temporal is told
 * too, but what it answers changes nothing: the lease is the only sign of life.
 */
final class Pulse implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Pulse.class.getName());
    private static final long INTERVAL_MS = 1_000;
    private static final long UNWATCHED = 0;

    /** As long as reports are kept for a service that is away. Leases are extended when it, or its database, comes back. */
    private static final Duration CUT_OFF = AttemptRunner.PATIENCE;

    private final AttemptClient client;
    private final LongConsumer executor;
    private final Orders orders;
    private final Thread thread;
    private volatile Progress progress = new Progress(0, 0, 0, 0);
    private volatile @Nullable Preparing preparing;
    /** The service's word of a program's step. */
    private volatile long told;

    private volatile boolean closed;
    private final Duration stall;
    private final Consumer<String> stuck;
    /** Of {@link System#nanoTime}; {@link #UNWATCHED} before training begins and while it waits for the service. */
    private volatile long sign = UNWATCHED;

    private volatile boolean begun;
    private boolean executorLost;
    private boolean stood;

    /**
     * @param executor beats for Temporal with the next step
     * @param stall how long training may give no sign of life, once it has begun
     * @param stuck called once when it gave none for so long
     */
    Pulse(
            String name,
            AttemptClient client,
            LongConsumer executor,
            Orders orders,
            Duration stall,
            Consumer<String> stuck) {
        this.stall = stall;
        this.stuck = stuck;
        this.client = client;
        this.executor = executor;
        this.orders = orders;
        this.thread = new Thread(this::loop, name);
        thread.setDaemon(true);
        thread.start();
    }

    void progress(Progress now) {
        progress = now;
        preparing = null;
        begun = true;
        lives();
    }

    /** A program is at work, of which nobody can tell how far it is to go; nor whether it hangs. */
    void going(long step) {
        progress = new Progress(step, 0, 0, 0, true);
    }

    /** Training makes something that it needs, piece by piece. */
    void prepares(Preparing now) {
        preparing = now;
        begun = true;
        lives();
    }

    /** Training took a step, or asked whether to take one. */
    void lives() {
        sign = begun ? System.nanoTime() | 1 : UNWATCHED;
    }

    /** Training waits for the service, however long that takes. */
    void hold() {
        sign = UNWATCHED;
    }

    long step() {
        return Math.max(progress.step(), told);
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
            watch();
            try {
                AttemptClient.Told answer = client.heartbeat(progress, preparing);
                orders.ledger(answer.order());
                told = answer.step();
                contact = System.nanoTime();
            } catch (ServiceFault.Unavailable e) {
                if (System.nanoTime() - contact > CUT_OFF.toNanos()) {
                    orders.preempt("no contact with the service for " + CUT_OFF.toSeconds() + " s");
                }
            } catch (ServiceFault.Stale e) {
                orders.stale();
            } catch (ServiceFault.Refused e) {
                orders.fault(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                // Whatever it is, a heart that stops costs the attempt.
                LOG.log(Level.WARNING, "a heartbeat went wrong", e);
            }
            try {
                Thread.sleep(INTERVAL_MS);
            } catch (InterruptedException e) {
                return; // closed
            }
        }
    }

    private void watch() {
        long last = sign;
        if (last != UNWATCHED && System.nanoTime() - last > stall.toNanos() && !stood) {
            stood = true;
            stuck.accept("no step, no batch of an evaluation and no piece of a preparation for " + stall.toSeconds()
                    + " s, the last step was " + progress.step());
        }
    }

    private void beatExecutor() {
        if (executorLost) {
            return;
        }
        try {
            executor.accept(progress.step());
        } catch (RuntimeException e) {
            executorLost = true;
            LOG.log(Level.INFO, "Temporal no longer follows this attempt ({0}); it goes on", e.toString());
        }
    }
}
