package dev.runyard.agent.attempt;

import dev.runyard.agent.client.Patience;
import dev.runyard.agent.client.ServiceClient;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.FailureReason;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import io.temporal.client.ActivityCompletionException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Carries out one attempt at a time: takes it up, lets the science train, reports, ends it. The end is booked with the service
 * directly as well as by the activity's result, since either way may be cut; the ledger books it once.
 */
public final class AttemptRunner {
    private static final System.Logger LOG = System.getLogger(AttemptRunner.class.getName());

    /** Less than the activity's heartbeat timeout, since nothing beats yet. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(8);

    private static final Duration TURN = Duration.ofSeconds(20);

    private final ServiceClient service;
    private final Supplier<ServiceClient.Registration> me;
    private final Trainer trainer;
    private final Path work;
    private final Duration stall;
    private final Runnable poisoned;

    private final Object monitor = new Object();
    private Orders current = new Orders();
    private boolean running;
    private boolean leaving;

    /**
     * @param work a folder in which each run gets one
     * @param stall how long training may give no sign of life
     * @param poisoned called when this process can no longer use the device: after an error that says so, or when training hangs
     */
    public AttemptRunner(
            ServiceClient service,
            Supplier<ServiceClient.Registration> me,
            Trainer trainer,
            Path work,
            Duration stall,
            Runnable poisoned) {
        this.service = service;
        this.me = me;
        this.trainer = trainer;
        this.work = work;
        this.stall = stall;
        this.poisoned = poisoned;
    }

    /**
     * @param executor beats for Temporal with the step reached; throws when Temporal has dropped the attempt
     * @return how the attempt ended; never throws, so that Temporal's failures mean lost workers only
     */
    public Outcome run(LeaseGrant grant, LongConsumer executor) {
        Orders orders = new Orders();
        if (!turn(grant, executor, orders)) {
            return new Outcome.GivenBack(0, Outcome.Cause.PREEMPTED);
        }
        try {
            return taken(grant, executor, orders);
        } finally {
            synchronized (monitor) {
                running = false;
                monitor.notifyAll();
            }
        }
    }

    /** The attempt before, cut off from Temporal, may still be reporting its end; it has some seconds for it. */
    private boolean turn(LeaseGrant grant, LongConsumer executor, Orders orders) {
        long end = System.nanoTime() + TURN.toNanos();
        synchronized (monitor) {
            try {
                while (running && !leaving) {
                    if (System.nanoTime() > end) {
                        LOG.log(Level.WARNING, "run {0} finds the device busy", grant.run());
                        return false;
                    }
                    executor.accept(0);
                    monitor.wait(200);
                }
            } catch (ActivityCompletionException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            if (!leaving) {
                current = orders;
                running = true;
            }
            return !leaving;
        }
    }

    /** The executor behind the running attempt is gone: it gives its device back. */
    public void preempt(String reason) {
        synchronized (monitor) {
            current.preempt(reason);
        }
    }

    /** No further attempts; the running one has so long to checkpoint and report. Returns when it ended or the time is over. */
    public boolean leave(String reason, Duration grace) throws InterruptedException {
        long end = System.nanoTime() + grace.toNanos();
        synchronized (monitor) {
            leaving = true;
            current.preempt(reason, grace);
            while (running && System.nanoTime() < end) {
                monitor.wait(50);
            }
            return !running;
        }
    }

    private Outcome taken(LeaseGrant grant, LongConsumer executor, Orders orders) {
        ServiceClient.Started started;
        try {
            started = Patience.of(START_PATIENCE).call(() -> service.start(me.get(), grant));
        } catch (ServiceFault.Unavailable e) {
            return new Outcome.GivenBack(0, Outcome.Cause.PREEMPTED);
        } catch (ServiceFault.Stale e) {
            return new Outcome.GivenBack(0, Outcome.Cause.STALE);
        } catch (ServiceFault.Refused | InvalidSpec e) {
            return new Outcome.Failed(0, FailureReason.INTERNAL, "the attempt could not start: " + e.getMessage());
        }
        LOG.log(Level.INFO, "run {0} attempt {1} begins", grant.run(), Long.toString(grant.attempt()));
        Path folder = work.resolve(grant.run().toString());
        Outcome outcome;
        try (Pulse pulse = new Pulse("pulse", started.client(), executor, orders, stall, why -> stuck(started, why));
                Reporter reporter = new Reporter(started.client(), orders, pulse, folder, grant.attempt())) {
            outcome = trained(started, folder, orders, pulse, reporter);
            end(started, outcome, folder, orders);
        }
        LOG.log(Level.INFO, "run {0} attempt {1} ended: {2}", grant.run(), Long.toString(grant.attempt()), outcome);
        return outcome;
    }

    private Outcome trained(ServiceClient.Started started, Path folder, Orders orders, Pulse pulse, Reporter reporter) {
        Outcome outcome;
        try {
            Files.createDirectories(folder);
            new CheckpointCache(folder)
                    .prepare(started.checkpoints(), started.client(), reporter.patience(), reporter::notice);
            outcome = trainer.train(started.spec(), folder, reporter);
            if (outcome instanceof Outcome.GivenBack back) {
                outcome = new Outcome.GivenBack(back.step(), orders.cause());
                String why = orders.why();
                reporter.log("given back at step " + back.step() + (why == null ? "" : ": " + why));
            }
            reporter.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.GivenBack(pulse.step(), orders.cause());
        } catch (ServiceFault.Stale e) {
            return new Outcome.GivenBack(pulse.step(), Outcome.Cause.STALE);
        } catch (ServiceFault.Unavailable e) {
            return new Outcome.GivenBack(pulse.step(), orders.cause());
        } catch (IOException | RuntimeException | Error e) {
            outcome = failed(e, pulse.step(), reporter);
        }
        if (orders.now() == Order.STALE) {
            return new Outcome.GivenBack(outcome.step(), Outcome.Cause.STALE);
        }
        String fault = orders.fault();
        return fault == null ? outcome : new Outcome.Failed(outcome.step(), FailureReason.INTERNAL, fault);
    }

    /** The thread cannot be stopped, so the run is given to another worker now and this process ends. */
    private void stuck(ServiceClient.Started started, String why) {
        LOG.log(Level.WARNING, "training hangs: {0}", why);
        poisoned.run();
        try {
            started.client().end(new Outcome.Failed(0, FailureReason.WORKER_LOST, "training hangs: " + why));
        } catch (ServiceFault e) {
            LOG.log(Level.WARNING, "the end of an attempt could not be reported: {0}", e.getMessage());
        }
    }

    private Outcome failed(Throwable failure, long step, Reporter reporter) {
        LOG.log(Level.WARNING, "an attempt failed", failure);
        Outcome.Failed failed = Failures.outcome(step, failure);
        reporter.log(failed.reason() == FailureReason.INTERNAL ? Failures.trace(failure) : failed.message());
        if (Failures.poisons(failure)) {
            poisoned.run();
        }
        try {
            reporter.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return failed;
    }

    /** Also deletes the run's folder when nobody will come back to it. */
    private static void end(ServiceClient.Started started, Outcome outcome, Path folder, Orders orders) {
        if (outcome instanceof Outcome.GivenBack back && back.cause() == Outcome.Cause.STALE) {
            return;
        }
        try {
            Patience patience = Patience.of(Reporter.PATIENCE).butOnlyWhile(orders::ending);
            if (patience.call(() -> started.client().end(outcome))) {
                CheckpointCache.delete(folder);
            }
        } catch (ServiceFault e) {
            LOG.log(Level.WARNING, "the end of an attempt could not be reported: {0}", e.getMessage());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the folder of a finished run could not be deleted", e);
        }
    }
}
