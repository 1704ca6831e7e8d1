package dev.runyard.cli.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process of the lab that is started again when it dies: at once the first time, then after 1, 2, 4 … 30 s, until it has
 * lived for a minute.
 */
final class Part {
    private static final Duration LONG_LIFE = Duration.ofMinutes(1);
    private static final long MOST_SECONDS = 30;

    private final String name;
    private final Path log;
    private final Supplier<List<String>> command;
    private final Map<String, String> environment;
    private volatile @Nullable Process process;
    private volatile @Nullable Process asked;
    private long startedNanos;
    private long retryAtNanos;
    private int quickDeaths;

    Part(String name, Path log, Supplier<List<String>> command, Map<String, String> environment) {
        this.name = name;
        this.log = log;
        this.command = command;
        this.environment = new HashMap<>(environment);
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
        builder.environment().putAll(environment);
        Process fresh = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        fresh.getOutputStream().close();
        process = fresh;
        startedNanos = System.nanoTime();
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
     * @return what to tell the user; null when it lives, or waits for its next start
     */
    @Nullable
    String revive() throws IOException {
        Process dead = process;
        if (dead == null || dead.isAlive() || dead.equals(asked)) {
            return null; // one that was asked to end is not revived
        }
        if (retryAtNanos == 0) {
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
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        for (int i = lines.size() - 1; i >= Math.max(0, lines.size() - 50); i--) {
            if (lines.get(i).matches("runyard( worker)?: .*")) {
                return lines.get(i).replaceFirst("^runyard( worker)?: ", "");
            }
        }
        return "";
    }
}
