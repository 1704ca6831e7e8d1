package dev.runyard.cli.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Who runs a home: {@code up.json} lists the command that looks after it and the processes it started, each by number and moment of
 * birth, so that a number that was given to another process since is told apart. When the command was killed, this finds what it
 * left running.
 */
final class Leftovers {
    private static final String FILE = "up.json";
    private static final Duration SAME_BIRTH = Duration.ofSeconds(2);

    private final LabHome home;

    Leftovers(LabHome home) {
        this.home = home;
    }

    /** Notes this process and the given ones. */
    void note(List<Part> parts) {
        List<Map<String, Object>> children = new ArrayList<>();
        for (Part part : parts) {
            Process process = part.process();
            if (process != null && process.isAlive()) {
                children.add(entry(part.name(), process.toHandle()));
            }
        }
        Map<String, Object> up = new LinkedHashMap<>(entry("up", ProcessHandle.current()));
        up.put("parts", children);
        home.write(FILE, up);
    }

    void forget() {
        home.forget(FILE);
    }

    /** The command that looks after this home, when it is alive. */
    Optional<ProcessHandle> keeper() {
        return home.read(FILE).flatMap(Leftovers::alive);
    }

    /** Ends what a killed command left: workers first, which checkpoint, then the service, which stops Postgres. */
    void end(Duration grace) {
        List<ProcessHandle> workers = new ArrayList<>();
        List<ProcessHandle> others = new ArrayList<>();
        home.read(FILE).ifPresent(up -> {
            for (JsonNode part : up.path("parts")) {
                boolean worker = part.path("name").asText().startsWith("worker");
                alive(part).ifPresent((worker ? workers : others)::add);
            }
        });
        home.running()
                .flatMap(service -> ProcessHandle.of(service.pid()))
                .filter(service -> !others.contains(service))
                .ifPresent(others::add);
        end(workers, grace);
        end(others, grace);
    }

    static void end(List<ProcessHandle> processes, Duration grace) {
        processes.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + grace.toNanos();
        for (ProcessHandle process : processes) {
            try {
                process.onExit().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException | ExecutionException e) {
                process.destroyForcibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
    }

    private static Map<String, Object> entry(String name, ProcessHandle process) {
        return Map.of("name", name, "pid", process.pid(), "born", birth(process).toEpochMilli());
    }

    private static Optional<ProcessHandle> alive(JsonNode entry) {
        Instant born = Instant.ofEpochMilli(entry.path("born").asLong());
        return ProcessHandle.of(entry.path("pid").asLong(-1))
                .filter(ProcessHandle::isAlive)
                .filter(process -> Duration.between(birth(process), born).abs().compareTo(SAME_BIRTH) < 0);
    }

    private static Instant birth(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }
}
