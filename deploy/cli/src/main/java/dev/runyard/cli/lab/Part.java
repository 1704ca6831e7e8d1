package dev.runyard.cli.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One process of the lab that is started again when it dies: at once the first time, then after 1, 2, 4 … 30 s, until it has
 * lived for 15 s, longer than a broken start takes. A worker that says by its exit code that another start would end the same way stays down.
 */
final class Part {
    private static final Duration LONG_LIFE = Duration.ofSeconds(15);
    private static final long MOST_SECONDS = 30;

    /** A worker's: it had nothing to do for as long as it was told to wait (RUNYARD_IDLE). */
    private static final int IDLE = 5;

    /** A worker's: it is not set up right, or the lab refuses it; its device is another worker's; or it waited long enough. */
    private static final Set<Integer> FOR_GOOD = Set.of(2, 3, IDLE);

    /** A worker's: its device does not work now. That may change when somebody installs what is missing. */
    private static final int UNFIT = 4;

    private static final long UNFIT_SECONDS = 120;

    /** Names variables that a worker may hand to programs, and so has to have itself. */
    private static final String SECRETS = "RUNYARD_SECRETS";

    /** What lets a worker in: at the service, and at a Temporal that asks for a key. */
    private static final Set<String> FOR_WORKERS = Set.of("RUNYARD_WORKER_SECRET", "TEMPORAL_API_KEY", SECRETS);

    private static final Pattern NOT_FOR_WORKERS = Pattern.compile(
            "RUNYARD_DB_.*|RUNYARD_SERVICE_OPTS|QUARKUS_.*|PG[A-Z]+|.*(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|API_?KEY|ACCESS_KEY).*",
            Pattern.CASE_INSENSITIVE);

    private final String name;
    private final Path log;
    private final Supplier<List<String>> command;
    private final Map<String, String> environment;
    private final Predicate<String> withheld;
    private final Set<Integer> last;
    private volatile @Nullable Process process;
    private volatile @Nullable Process asked;
    private long startedNanos;
    private long retryAtNanos;
    private int quickDeaths;
    private boolean over;
    private boolean idle;
    private long idleNanos;
    private boolean unfit;
    private String told = "";

    private Part(
            String name,
            Path log,
            Supplier<List<String>> command,
            Map<String, String> environment,
            Predicate<String> withheld,
            Set<Integer> last) {
        this.name = name;
        this.log = log;
        this.command = command;
        this.environment = new HashMap<>(environment);
        this.withheld = withheld;
        this.last = last;
    }

    static Part service(Path log, Supplier<List<String>> command, Map<String, String> environment) {
        return new Part("service", log, command, environment, variable -> false, Set.of());
    }

    /** It gets this process's environment, but nothing that is the service's or a secret of somebody else. */
    static Part worker(String name, Path log, Supplier<List<String>> command, Map<String, String> environment) {
        return new Part(name, log, command, environment, Part::notForWorkers, FOR_GOOD);
    }

    private static boolean notForWorkers(String variable) {
        boolean handed = Stream.of(System.getenv().getOrDefault(SECRETS, "").split(",", -1))
                .anyMatch(name -> name.strip().equals(variable));
        return !FOR_WORKERS.contains(variable)
                && !handed
                && NOT_FOR_WORKERS.matcher(variable).matches();
    }

    /** A variable for its next start. */
    void put(String variable, String value) {
        environment.put(variable, value);
    }

    String name() {
        return name;
    }

    Path log() {
        return log;
    }

    void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.get());
        builder.environment().keySet().removeIf(withheld);
        builder.environment().putAll(environment);
        Process fresh = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        fresh.getOutputStream().close();
        process = fresh;
        startedNanos = System.nanoTime();
    }

    /** Whether it ended for good. */
    boolean over() {
        return over;
    }

    /** Whether it ended for good because there was nothing to do. */
    boolean idle() {
        return idle;
    }

    /** Whether it ended so, at least so long ago. */
    boolean idleFor(Duration time) {
        return idle && System.nanoTime() - idleNanos >= time.toNanos();
    }

    /** Starts it again after all. */
    void wake() throws IOException {
        over = false;
        idle = false;
        start();
    }

    /** Whether it cannot use its device: it ended saying so, and has not lived long since. */
    boolean unfit() {
        return unfit && !(alive() && System.nanoTime() - startedNanos > LONG_LIFE.toNanos());
    }

    boolean alive() {
        Process current = process;
        return current != null && current.isAlive();
    }

    @Nullable
    Process process() {
        return process;
    }

    /**
     * Looks after a process that has ended.
     *
     * @return what to tell the user; null when it lives, waits for its next start, or is over
     */
    @Nullable
    String revive() throws IOException {
        Process dead = process;
        if (dead == null || dead.isAlive() || dead.equals(asked) || over) {
            return null; // one that was asked to end is not revived
        }
        if (last.contains(dead.exitValue())) {
            over = true;
            idle = dead.exitValue() == IDLE;
            if (idle) {
                idleNanos = System.nanoTime();
                return name + " had no run to work on, and leaves";
            }
            String words = lastWords();
            return name + " ended with " + dead.exitValue() + " and is not started again"
                    + (words.isEmpty() ? "" : ": " + words) + " (see " + log + ")";
        }
        if (dead.exitValue() == UNFIT && retryAtNanos == 0) {
            unfit = true;
            retryAtNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(UNFIT_SECONDS);
            String words = lastWords();
            if (words.equals(told)) {
                return null;
            }
            told = words;
            return words.isEmpty() ? name + ": its device does not work (see " + log + ")" : words;
        }
        if (retryAtNanos == 0) {
            unfit = false;
            boolean quick = System.nanoTime() - startedNanos < LONG_LIFE.toNanos();
            quickDeaths = quick ? quickDeaths + 1 : 1;
            long seconds = quickDeaths == 1 ? 0 : Math.min(MOST_SECONDS, 1L << (quickDeaths - 2));
            retryAtNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds) + 1;
            return name + " ended with " + dead.exitValue() + ", starting it again"
                    + (seconds == 0 ? "" : " in " + seconds + " s") + " (see " + log + ")";
        }
        if (System.nanoTime() - retryAtNanos >= 0) {
            retryAtNanos = 0;
            start();
        }
        return null;
    }

    /** SIGTERM unless it was asked before, then SIGKILL when it takes longer than {@code grace}. */
    void stop(Duration grace) {
        ask();
        Process running = process;
        if (running != null) {
            await(running, grace);
        }
    }

    /** SIGTERM now, the wait later, so that several can leave at once. Only once: a second one tells a worker not to checkpoint. */
    void ask() {
        Process running = process;
        if (running != null && !running.equals(asked)) {
            asked = running;
            running.destroy();
        }
    }

    private static void await(Process running, Duration grace) {
        try {
            if (!running.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                running.destroyForcibly();
                running.waitFor(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** The last line it wrote that is meant for a person; empty when there is none. */
    String lastWords() throws IOException {
        List<String> lines = Logs.tail(log, 0);
        for (int i = lines.size() - 1; i >= Math.max(0, lines.size() - 50); i--) {
            if (lines.get(i).matches("runyard( worker)?: .*")) {
                return lines.get(i).replaceFirst("^runyard( worker)?: ", "");
            }
        }
        return "";
    }
}
