package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The lab of one machine: the service and one worker a device, each a process of its own, started again when it dies, stopped in
 * order. Its limit: killed with SIGKILL it leaves its parts running; the next start ends those first.
 */
public final class Lab implements AutoCloseable {
    /** Time a worker has for its last checkpoint, and the service for its last writes. */
    static final Duration GRACE = Duration.ofSeconds(40);

    private static final Duration READY_WITHIN = Duration.ofMinutes(3);
    private static final long LOOK_MILLIS = 100;
    private static final long LOGS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LabHome home;
    private final Installation installation;
    private final List<WorkerStart> starts;
    private final PrintStream out;
    private final Leftovers leftovers;
    private @Nullable Part service;
    private @Nullable Workers workers;
    private @Nullable FileChannel lockFile;
    private volatile boolean stopping;
    private long logsLooked = System.nanoTime();

    Lab(LabHome home, Installation installation, List<WorkerStart> starts, PrintStream out) {
        this.home = home;
        this.installation = installation;
        this.starts = starts;
        this.out = out;
        this.leftovers = new Leftovers(home);
    }

    /** A lab with a worker for each local device, at most {@code mostWorkers} of them. */
    public static Lab on(LabHome home, int mostWorkers, PrintStream out) {
        List<WorkerStart> found = mostWorkers == 0 ? List.of() : WorkerStart.found(home);
        return new Lab(home, Installation.found(), found.subList(0, Math.min(mostWorkers, found.size())), out);
    }

    /** The lab that runs on this home already, with somebody who looks after it. */
    public static Optional<LabHome.Running> runningOn(LabHome home) {
        return new Leftovers(home).keeper().flatMap(keeper -> home.running());
    }

    /**
     * Starts all parts and waits until the service answers.
     *
     * @return the page's address
     */
    public synchronized String start() {
        home.prepare();
        takeLock();
        leftovers.end(GRACE);
        Part service = Part.service(home.log("service"), () -> installation.service(home), environment());
        this.service = service;
        try {
            service.start();
            leftovers.note(all());
            String url = awaitReady(service);
            workers = new Workers(
                    home, installation, url, starts, workerSettings(), line -> out.println("runyard: " + line));
            workers.start();
            leftovers.note(all());
            return url;
        } catch (IOException e) {
            close();
            throw Failure.fault("cannot start the lab (" + e.getMessage() + ")", "see " + home.log("service"), e);
        } catch (Failure e) {
            close();
            throw e;
        }
    }

    /** Who may open a lab of one person on one machine runs programs there anyway. */
    private static Map<String, String> workerSettings() {
        String bind = System.getenv().getOrDefault("RUNYARD_BIND", "127.0.0.1").strip();
        boolean own = Set.of("", "127.0.0.1", "::1", "localhost").contains(bind)
                && System.getenv("RUNYARD_BEHIND_PROXY") == null;
        return own && System.getenv("RUNYARD_COMMANDS") == null ? Map.of("RUNYARD_COMMANDS", "true") : Map.of();
    }

    private void takeLock() {
        try {
            FileChannel channel = FileChannel.open(
                    home.folder().resolve("up.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw Failure.fault(
                        "a lab is starting or running on " + home.folder(),
                        "wait for it, stop it with \"runyard down\", or set RUNYARD_HOME to another folder");
            }
            lockFile = channel;
        } catch (IOException e) {
            throw home.unwritable(e);
        }
    }

    private Map<String, String> environment() {
        return Map.of(
                "RUNYARD_HOME",
                home.folder().toString(),
                "DJL_CACHE_DIR",
                home.folder().resolve("djl").toString());
    }

    private List<Part> all() {
        List<Part> all = new ArrayList<>();
        if (service != null) {
            all.add(service);
        }
        if (workers != null) {
            all.addAll(workers.parts());
        }
        return all;
    }

    /** Fails where runs would wait for ever: a person named a device, and it does not work. */
    public synchronized void requireWorkers() {
        try {
            if (workers != null && workers.none()) {
                throw Failure.fault("no worker is left (" + workers.lastWords() + ")", "see " + home.log("worker-0"));
            }
        } catch (IOException e) {
            throw Failure.fault("no worker is left", "see " + home.log("worker-0"), e);
        }
    }

    private String awaitReady(Part service) throws IOException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (stopping) {
                throw Failure.fault("stopped while starting", "start it again");
            }
            Process process = service.process();
            if (process == null || !process.isAlive()) {
                int exit = process == null ? Failure.FAULT : process.exitValue();
                String words = service.lastWords();
                throw Failure.ended(
                        exit, words.isEmpty() ? "the service ended with " + exit + "; see " + service.log() : words);
            }
            Optional<LabHome.Running> running = home.running().filter(lab -> lab.pid() == process.pid());
            if (running.isPresent()) {
                // Started again it keeps its port, so that workers and open pages find it.
                service.put("RUNYARD_PORT", Integer.toString(running.get().port()));
                return running.get().url();
            }
            pause();
        }
        throw Failure.fault(
                "the service was not ready within " + READY_WITHIN.toSeconds() + " s", "see " + service.log());
    }

    /** Starts again whatever dies, until {@link #close} is called or this thread is interrupted. */
    public void lookAfter() {
        while (!stopping && !Thread.currentThread().isInterrupted()) {
            tick();
            pause();
        }
    }

    /** Looks once. */
    public synchronized void tick() {
        if (stopping) {
            return;
        }
        try {
            boolean changed = service != null && revived(service);
            changed |= workers != null && workers.tick();
            if (changed) {
                leftovers.note(all());
            }
        } catch (IOException e) {
            out.println("runyard: cannot start a part (" + e.getMessage() + ")");
        }
        if (System.nanoTime() - logsLooked > LOGS_NANOS) {
            logsLooked = System.nanoTime();
            try {
                home.logs().rotate();
            } catch (IOException e) {
                out.println("runyard: a log could not be cut (" + e.getMessage() + ")");
            }
        }
    }

    private boolean revived(Part part) throws IOException {
        boolean before = part.alive();
        String news = part.revive();
        if (news != null) {
            out.println("runyard: " + news);
        }
        return !before && part.alive();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Workers first: their last checkpoint goes to the service. The service stops Postgres after itself. */
    @Override
    public void close() {
        stopping = true;
        synchronized (this) {
            if (workers != null) {
                workers.ask();
                workers.stop();
                workers = null;
            }
            if (service != null) {
                service.stop(GRACE);
                service = null;
            }
            if (lockFile != null) {
                leftovers.forget();
                try {
                    lockFile.close();
                } catch (IOException e) {
                    // The kernel gives the lock back with the process.
                }
                lockFile = null;
            }
        }
    }
}
