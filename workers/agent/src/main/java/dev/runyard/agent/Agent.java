package dev.runyard.agent;

import dev.runyard.agent.attempt.AttemptRunner;
import dev.runyard.agent.attempt.Trainer;
import dev.runyard.agent.client.ServiceClient;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.agent.device.DeviceLock;
import dev.runyard.agent.device.Machine;
import dev.runyard.agent.program.Programs;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.PlatformEncoding;
import dev.runyard.vision.device.Devices;
import dev.runyard.vision.device.LocalDevice;
import dev.runyard.vision.fetch.Authorities;
import dev.runyard.vision.place.Fingerprints;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Logger;

/**
 * A worker process: one JVM for one device. Runs until SIGTERM or SIGINT, which let the running attempt checkpoint and give its
 * device back; another signal, three seconds later or more, ends the process at once. Exit codes: 0 left as told; 1 the device is
 * unusable and a new process is needed; 2 it cannot work as it was set up, or speaks no version that the service does; 3 another
 * process has the device; 4 the device does not work, which the service was told; 5 it had no run for as long as it was to wait for
 * one; 137 (SIGKILL, by its own hand) it was told twice, or an attempt did not end within the grace.
 */
public final class Agent {
    private static final System.Logger LOG = System.getLogger(Agent.class.getName());

    /** Warns with a stack trace at each poll while its server is away; we say it once. Held, or the level is forgotten. */
    private static final Logger SDK = Logger.getLogger("io.temporal");

    /** Tells at each start which files it loaded. Held, too. */
    private static final Logger ENGINE = Logger.getLogger("ai.djl");

    /** For a process that is just leaving the device. */
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(5);

    private static final Duration SAME_REQUEST = Duration.ofSeconds(3);
    private static final int UNFIT = 4;
    private static final int IDLE = 5;
    private static final long LOOK_MILLIS = 500;

    private final Settings settings;
    private final Membership membership;
    private final AttemptRunner attempts;
    private final TemporalLink temporal;
    private final AtomicBoolean tidied = new AtomicBoolean();
    private final AtomicLong firstSignal = new AtomicLong();
    private final Thread main = Thread.currentThread();

    /** When it last had a run, or could first have one. */
    private volatile long busy = System.nanoTime();

    private Agent(Settings settings, Machine machine, DeviceLock lock, LocalDevice device, Trainer trainer) {
        this.settings = settings;
        ServiceClient service = new ServiceClient(settings.url());
        settings.places().missing().forEach(line -> LOG.log(Level.WARNING, "{0}", line));
        Map<String, String> places = settings.offers(
                new Fingerprints(settings.home(), line -> LOG.log(Level.WARNING, "{0}", line)).of(settings.places()));
        trainer.offers(places.keySet());
        this.membership = new Membership(
                service,
                settings.secret(),
                new ServiceClient.Candidate(
                        machine, UUID.randomUUID(), lock.secret(), Version.CURRENT, device, settings.labels(), places));
        this.attempts = new AttemptRunner(
                service,
                membership::me,
                new Programs(rules(settings, device), trainer),
                settings.home().resolve("work"),
                settings.stall(),
                AttemptRunner.PATIENCE,
                unfit -> {
                    switch (unfit) {
                        case DEVICE -> stop(1, "this process can no longer use its device");
                        case VERSION -> stop(2, "this worker does not understand the service");
                    }
                });
        this.temporal = new TemporalLink(new DeviceActivitiesImpl(attempts), attempts::idle, System.getenv());
    }

    /** A program gets most of the grace; what it kept has to be sent in the rest. */
    private static Programs.Rules rules(Settings settings, LocalDevice device) {
        return new Programs.Rules(
                settings.commands(),
                settings.within(),
                settings.secrets(),
                System.getenv(),
                device.cuda() ? device.key().replaceFirst("/\\d+$", "") : "",
                settings.home(),
                settings.grace().multipliedBy(2).dividedBy(3));
    }

    public static void main(String[] arguments) {
        System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tL%1$tz %4$s %5$s%6$s%n");
        SDK.setLevel(java.util.logging.Level.SEVERE);
        ENGINE.setLevel(java.util.logging.Level.WARNING);
        try {
            PlatformEncoding.refusal().ifPresent(line -> {
                throw new IllegalArgumentException(line);
            });
            Failpoint.warning().ifPresent(line -> LOG.log(Level.WARNING, line));
            Authorities.trust(System.getenv());
            Settings settings = Settings.from(environment(arguments));
            begin(settings, Devices.here(System.getenv(), settings.home()));
        } catch (IllegalArgumentException e) {
            System.err.println("runyard worker: " + e.getMessage());
            System.exit(2);
        }
    }

    /** Never returns: the process ends by a signal, or because it cannot go on. */
    static void run(Settings settings, LocalDevice device, Trainer trainer) {
        Agent agent = agent(settings, device, trainer);
        Signals.onStop(agent::signalled);
        if (!settings.idle().isZero()) {
            Thread watch = new Thread(agent::watchIdle, "idle");
            watch.setDaemon(true);
            watch.start();
        }
        try {
            agent.membership.keep(agent::connect);
        } catch (Membership.Over e) {
            System.err.println("runyard worker: " + e.getMessage());
            agent.stop(e.exit(), "not a member any more");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stop() ends the process
        }
    }

    private static Agent agent(Settings settings, LocalDevice device, Trainer trainer) {
        try {
            Machine machine = Machine.here(settings.home());
            DeviceLock lock = DeviceLock.take(settings.home(), machine, device, LOCK_PATIENCE);
            return new Agent(settings, machine, lock, device, trainer);
        } catch (DeviceLock.Taken e) {
            System.err.println("runyard worker: " + e.getMessage());
            System.exit(3);
        } catch (InterruptedException e) {
            System.exit(1);
        }
        throw new IllegalStateException("exited");
    }

    /** A running attempt goes on, whatever Temporal it was begun under. */
    private void connect(ServiceClient.Registration me) {
        if (tidied.compareAndSet(false, true)) {
            attempts.tidy();
        }
        temporal.connect(me);
        busy = System.nanoTime(); // it could not have had a run before
    }

    /** Ctrl-C comes twice, from the terminal and from the command that looks after this process: that is one request. */
    private void signalled(String name) {
        long now = System.nanoTime() | 1; // never 0
        long first = firstSignal.compareAndExchange(0, now);
        if (first == 0) {
            stop(0, name);
        } else if (now - first > SAME_REQUEST.toNanos()) {
            Signals.kill();
        }
    }

    /** Whoever lent the machine gets it back when nothing waits for it. */
    private void watchIdle() {
        try {
            while (System.nanoTime() - busy < settings.idle().toNanos()) {
                Thread.sleep(LOOK_MILLIS);
                if (!attempts.idle()) {
                    busy = System.nanoTime();
                }
            }
            stop(IDLE, "no run for " + settings.idle().toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends anyway
        }
    }

    /** In a thread of its own, since it is called from signal handlers and from attempts. */
    private void stop(int exit, String reason) {
        Thread stopping = new Thread(
                () -> {
                    LOG.log(Level.INFO, "leaves: {0}", reason);
                    main.interrupt();
                    temporal.suspend();
                    boolean ended = false;
                    try {
                        ended = attempts.leave(reason, settings.grace());
                    } catch (InterruptedException e) {
                        LOG.log(Level.WARNING, "interrupted while leaving");
                    }
                    temporal.close();
                    membership.leave();
                    if (!ended) {
                        // Its thread may be in libtorch, whose own clean-up at exit would pull the floor from under it.
                        Signals.kill();
                    }
                    Runtime.getRuntime().halt(exit);
                },
                "stop");
        stopping.setDaemon(false); // a signal's thread is one, and what it starts would be too
        stopping.start();
    }

    /** {@code --server URL} stands for the variable {@code RUNYARD_URL}. */
    private static Map<String, String> environment(String[] arguments) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        if (arguments.length == 2 && arguments[0].equals("--server")) {
            environment.put("RUNYARD_URL", arguments[1]);
        } else if (arguments.length > 0) {
            throw new IllegalArgumentException("unknown argument " + arguments[0] + "; known is --server URL");
        }
        return environment;
    }

    /** Takes the device, unless it does not work; then the service hears why. */
    private static void begin(Settings settings, Devices devices) {
        if (settings.device().startsWith("cuda:")) {
            devices.cuda().stream()
                    .filter(offer -> offer.device().spelled().equals(settings.device()))
                    .forEach(named -> {
                        String why = named.fault() == null ? Devices.noRoom(named.device()) : named.fault();
                        if (why != null) {
                            unfit(settings, shared(named.device(), settings), why);
                        }
                    });
        }
        Devices.Choice choice = devices.choose(settings.device());
        choice.notes().forEach(note -> LOG.log(Level.WARNING, note));
        LocalDevice device = shared(choice.device(), settings);
        choice.natives().apply();
        VisionTrainer trainer = new VisionTrainer(settings, device);
        Thread late = new Thread(
                () -> {
                    try {
                        Thread.sleep(settings.ready().toMillis());
                        unfit(
                                settings,
                                device,
                                "it gave no answer within " + settings.ready().toSeconds()
                                        + " s, so its driver hangs; load it anew or restart the machine");
                    } catch (InterruptedException e) {
                        // it answered
                    }
                },
                "late");
        late.setDaemon(true);
        late.start();
        try {
            trainer.ready();
        } catch (VisionTrainer.Unfit e) {
            unfit(settings, device, String.valueOf(e.getMessage()));
        }
        late.interrupt();
        run(settings, device, trainer);
    }

    private static LocalDevice shared(LocalDevice device, Settings settings) {
        return device.share(settings.share().number(), settings.share().of());
    }

    /** Ends this process; halts it, since a driver that hangs would hold its exit. */
    private static void unfit(Settings settings, LocalDevice device, String why) {
        String line = device.spelled() + " (" + device.name() + ") does not work: " + why;
        System.err.println("runyard worker: " + line);
        try {
            new ServiceClient(settings.url()).unfit(settings.secret(), Machine.here(settings.home()), device, line);
        } catch (ServiceFault | IllegalArgumentException e) {
            LOG.log(Level.INFO, "the service was not told: {0}", e.getMessage());
        }
        Runtime.getRuntime().halt(UNFIT);
    }
}
