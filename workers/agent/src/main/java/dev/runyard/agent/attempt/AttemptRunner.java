package dev.runyard.agent.attempt;

import dev.runyard.agent.client.AttemptClient;
import dev.runyard.agent.client.Patience;
import dev.runyard.agent.client.ServiceClient;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import io.temporal.client.ActivityCompletionException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Carries out one attempt at a time: takes it up, lets the science train, reports, ends it. The end is booked with the service, over
 * HTTP; the activity's result only makes Temporal's workflow look. As long as the service takes heartbeats the attempt goes on,
 * whatever becomes of Temporal.
 */
public final class AttemptRunner {
    private static final System.Logger LOG = System.getLogger(AttemptRunner.class.getName());

    /** As long as a lease lasts that nobody renews. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    /** How long reports are kept for a service that is away, and how long training goes on without it. */
    public static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Duration TURN = Duration.ofSeconds(20);

    private final ServiceClient service;
    private final Supplier<ServiceClient.Registration> me;
    private final Trainer trainer;
    private final Path work;
    private final Duration stall;
    private final Duration patience;
    private final Consumer<Unfit> unfit;

    private final Object monitor = new Object();
    private Orders current = new Orders();
    private boolean running;
    private boolean leaving;

    /** Why this process can carry out no more attempts. */
    public enum Unfit {
        /** It can no longer use the device: after an error that says so, or when training hangs. */
        DEVICE,
        /** It does not understand the service. */
        VERSION
    }

    /**
     * @param work a folder in which each attempt gets one
     * @param stall how long training may give no sign of life
     * @param patience see {@link #PATIENCE}
     * @param unfit called when this process has to end
     */
    public AttemptRunner(
            ServiceClient service,
            Supplier<ServiceClient.Registration> me,
            Trainer trainer,
            Path work,
            Duration stall,
            Duration patience,
            Consumer<Unfit> unfit) {
        this.service = service;
        this.me = me;
        this.trainer = trainer;
        this.work = work;
        this.stall = stall;
        this.patience = patience;
        this.unfit = unfit;
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

    /** Whether no attempt runs here. */
    public boolean idle() {
        synchronized (monitor) {
            return !running;
        }
    }

    /** Removes what attempts of earlier processes left, but not what a run may go on from here. */
    public void tidy() {
        try {
            WorkFolder.tidy(work, left -> kept(left, me.get()));
        } catch (IOException | ServiceFault e) {
            LOG.log(Level.WARNING, "old work folders stay for now: {0}", e.getMessage());
        }
    }

    private List<WorkFolder.Left> kept(List<WorkFolder.Left> left, ServiceClient.Registration registration) {
        List<LeaseGrant> asked = left.stream()
                .map(one -> new LeaseGrant(one.run(), one.attempt(), registration.device()))
                .toList();
        return service.wanted(registration, asked).stream()
                .map(one -> new WorkFolder.Left(one.run(), one.attempt()))
                .toList();
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
            LOG.log(Level.WARNING, "run {0} could not be taken up: {1}", grant.run(), e.getMessage());
            return new Outcome.GivenBack(0, Outcome.Cause.PREEMPTED); // its lease ends by itself
        } catch (ServiceFault.Stale e) {
            return new Outcome.GivenBack(0, Outcome.Cause.STALE);
        } catch (ServiceFault.Refused e) {
            LOG.log(Level.WARNING, "run {0} may not be taken up: {1}", grant.run(), e.getMessage());
            return new Outcome.GivenBack(0, Outcome.Cause.STALE);
        } catch (ServiceClient.Unreadable e) {
            return unreadable(e);
        }
        Failpoint.ATTEMPT_TAKEN_UP.reach();
        LOG.log(Level.INFO, "run {0} attempt {1} begins", grant.run(), Long.toString(grant.attempt()));
        Outcome outcome;
        try (WorkFolder folder = WorkFolder.take(work, grant.run(), grant.attempt());
                Pulse pulse =
                        new Pulse("pulse", started.client(), executor, orders, stall, why -> stuck(started, why));
                Reporter reporter = new Reporter(
                        started.client(), started.places(), orders, pulse, folder.path(), grant.attempt(), patience)) {
            outcome = trained(started, folder, orders, pulse, reporter);
            end(started, outcome, folder, orders);
        } catch (IOException e) {
            outcome = Failures.outcome(0, e);
            report(started.client(), outcome);
        }
        LOG.log(Level.INFO, "run {0} attempt {1} ended: {2}", grant.run(), Long.toString(grant.attempt()), outcome);
        return outcome;
    }

    private Outcome unreadable(ServiceClient.Unreadable e) {
        LOG.log(Level.ERROR, "{0}; install the service''s version on this host", e.getMessage());
        Outcome outcome = new Outcome.GivenBack(0, Outcome.Cause.UNREADABLE);
        report(e.client(), outcome);
        unfit.accept(Unfit.VERSION);
        return outcome;
    }

    private static void report(AttemptClient client, Outcome outcome) {
        try {
            Patience.of(START_PATIENCE).call(() -> client.end(outcome));
        } catch (ServiceFault e) {
            LOG.log(Level.WARNING, "the end of an attempt could not be reported: {0}", e.getMessage());
        }
    }

    private Outcome trained(
            ServiceClient.Started started, WorkFolder folder, Orders orders, Pulse pulse, Reporter reporter) {
        Outcome outcome;
        try {
            outcome = carriedOut(started, folder, reporter);
            if (outcome instanceof Outcome.GivenBack back) {
                outcome = new Outcome.GivenBack(back.step(), orders.cause());
                String why = orders.why();
                reporter.log("given back at step " + back.step() + (why == null ? "" : ": " + why));
            }
            if (!reporter.flush() && outcome instanceof Outcome.Finished) {
                // Finished means that everything is there; the next attempt measures the rest again.
                outcome = new Outcome.GivenBack(outcome.step(), orders.cause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.GivenBack(pulse.step(), orders.cause());
        } catch (ServiceFault.Stale e) {
            return new Outcome.GivenBack(pulse.step(), Outcome.Cause.STALE);
        } catch (ServiceFault.Unavailable e) {
            return new Outcome.GivenBack(pulse.step(), orders.cause());
        } catch (IOException | RuntimeException | Error e) {
            if (Failures.interrupted(e)) {
                // It waited for a file when it was told to stop; the thread's flag is still set.
                return new Outcome.GivenBack(pulse.step(), orders.cause());
            }
            String lost = trainer.lost(e);
            outcome = lost == null ? failed(e, pulse.step(), reporter) : lost(lost, e, pulse.step(), reporter);
        }
        if (orders.now() == Order.STALE) {
            return new Outcome.GivenBack(outcome.step(), Outcome.Cause.STALE);
        }
        String fault = orders.fault();
        return fault == null ? outcome : new Outcome.Failed(outcome.step(), FailureReason.INTERNAL, fault);
    }

    /** What it needs from the service may take long to come, or be silent: it is given back meanwhile when that is asked for. */
    private Outcome carriedOut(ServiceClient.Started started, WorkFolder folder, Reporter reporter)
            throws IOException, InterruptedException {
        try {
            new CheckpointCache(folder.path(), folder.earlier())
                    .prepare(started.checkpoints(), reporter.client(), reporter.patience(), reporter::notice);
            folder.removeEarlier();
            InputFiles.bring(started.inputs(), folder.path(), reporter.client(), reporter.patience());
            return trainer.run(started.spec(), started.beside(), folder.path(), reporter);
        } catch (FetchedPlaces.Stopped e) {
            return new Outcome.GivenBack(reporter.step(), Outcome.Cause.PAUSE);
        }
    }

    /** The thread cannot be stopped, so the run is given to another worker now and this process ends. */
    private void stuck(ServiceClient.Started started, String why) {
        LOG.log(Level.WARNING, "training hangs: {0}", why);
        unfit.accept(Unfit.DEVICE);
        try {
            started.client().end(new Outcome.Failed(0, FailureReason.WORKER_LOST, "training hangs: " + why));
        } catch (ServiceFault e) {
            LOG.log(Level.WARNING, "the end of an attempt could not be reported: {0}", e.getMessage());
        }
    }

    /** The device is told of first, so that the run does not come back to it. */
    private Outcome lost(String why, Throwable failure, long step, Reporter reporter) {
        LOG.log(Level.ERROR, "the device stopped working: " + why, failure);
        reporter.log("the device stopped working: " + why);
        unfit.accept(Unfit.DEVICE);
        flushed(reporter);
        try {
            Patience.of(START_PATIENCE).run(() -> service.lost(me.get(), why));
        } catch (ServiceFault e) {
            LOG.log(Level.WARNING, "the service was not told of the device: {0}", e.getMessage());
        }
        return new Outcome.GivenBack(step, Outcome.Cause.PREEMPTED);
    }

    private static void flushed(Reporter reporter) {
        try {
            reporter.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Outcome failed(Throwable failure, long step, Reporter reporter) {
        LOG.log(Level.WARNING, "an attempt failed", failure);
        Outcome.Failed failed = Failures.outcome(step, failure);
        reporter.log(failed.reason() == FailureReason.INTERNAL ? Failures.trace(failure) : failed.message());
        if (Failures.poisons(failure)) {
            unfit.accept(Unfit.DEVICE);
        }
        flushed(reporter);
        return failed;
    }

    /** Also removes the attempt's folder when nobody will come back to it. */
    private void end(ServiceClient.Started started, Outcome outcome, WorkFolder folder, Orders orders) {
        if (outcome instanceof Outcome.GivenBack back && back.cause() == Outcome.Cause.STALE) {
            return;
        }
        Failpoint.END_DUE.reach();
        try {
            Patience ending = Patience.of(patience).butOnlyWhile(orders::ending);
            boolean over = ending.call(() -> started.client().end(outcome));
            Failpoint.END_TOLD.reach();
            if (over) {
                folder.remove();
            }
        } catch (ServiceFault e) {
            LOG.log(Level.WARNING, "the end of an attempt could not be reported: {0}", e.getMessage());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the folder of a finished run could not be deleted", e);
        }
    }
}
