package dev.runyard.cli.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The workers of this machine, one a device or share of one. Where no device works the CPU serves, unless a person named another. */
final class Workers {
    private static final Duration LONGER = Duration.ofSeconds(10);

    private final LabHome home;
    private final Installation installation;
    private final String server;
    private final Consumer<String> news;
    private final List<Part> parts = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final boolean given;
    private final Map<String, String> settings;
    private final Duration idle;
    private boolean helped;

    /** @param news gets what a person should know, a line each */
    Workers(LabHome home, Installation installation, String server, List<WorkerStart> starts, Consumer<String> news) {
        this(home, installation, server, starts, Map.of(), news);
    }

    /** @param settings variables of each worker, beside those of its device */
    Workers(
            LabHome home,
            Installation installation,
            String server,
            List<WorkerStart> starts,
            Map<String, String> settings,
            Consumer<String> news) {
        this.settings = settings;
        this.idle = idle(settings.getOrDefault("RUNYARD_IDLE", System.getenv().getOrDefault("RUNYARD_IDLE", "")));
        this.home = home;
        this.installation = installation;
        this.server = server;
        this.news = news;
        this.given = starts.stream().anyMatch(WorkerStart::given);
        for (WorkerStart start : starts) {
            parts.add(part(start, starts.size()));
            names.add(start.name());
        }
    }

    /** A worker says itself what is wrong with it. */
    private static Duration idle(String seconds) {
        return Duration.ofSeconds(seconds.strip().matches("\\d{1,6}") ? Long.parseLong(seconds.strip()) : 0);
    }

    private Part part(WorkerStart start, int workers) {
        Map<String, String> environment = new HashMap<>(start.environment());
        environment.putAll(settings);
        environment.put("RUNYARD_HOME", home.folder().toString());
        environment.put("DJL_CACHE_DIR", home.folder().resolve("djl").toString());
        environment.put("RUNYARD_URL", server);
        Path log = home.log("worker-" + parts.size());
        return Part.worker(
                "worker-" + parts.size(), log, () -> installation.worker(home, server, workers), environment);
    }

    /** What each is for and where it logs, a line each. */
    List<String> described() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            lines.add("worker " + names.get(i) + " for " + server + ", log "
                    + parts.get(i).log());
        }
        return lines;
    }

    List<Part> parts() {
        return parts;
    }

    void start() throws IOException {
        for (Part part : parts) {
            part.start();
        }
    }

    /** Looks once: starts again what died; returns whether the list of processes changed. */
    boolean tick() {
        boolean changed = wake();
        for (Part part : List.copyOf(parts)) {
            try {
                boolean before = part.alive();
                String line = part.revive();
                if (line != null) {
                    news.accept(line);
                }
                changed |= !before && part.alive();
            } catch (IOException e) {
                news.accept("cannot start " + part.name() + " (" + e.getMessage() + ")");
            }
        }
        if (!given && !helped && !parts.isEmpty() && parts.stream().allMatch(Part::unfit)) {
            helped = true;
            Part cpu = part(WorkerStart.cpu(), 1);
            parts.add(cpu);
            try {
                cpu.start();
                news.accept("no GPU works here, so the CPU serves; \"runyard doctor\" says what is missing");
                changed = true;
            } catch (IOException e) {
                news.accept("cannot start " + cpu.name() + " (" + e.getMessage() + ")");
            }
        }
        return changed;
    }

    /**
     * One that is still there as long after another left for want of a run has one itself, or it would have left, too. Their job goes on, so
     * the other may have a run again.
     */
    private boolean wake() {
        boolean woken = false;
        if (parts.stream().anyMatch(part -> part.alive() && !part.unfit())) {
            for (Part part : parts) {
                if (part.idleFor(idle.plus(LONGER))) {
                    try {
                        part.wake();
                        woken = true;
                    } catch (IOException e) {
                        news.accept("cannot start " + part.name() + " (" + e.getMessage() + ")");
                    }
                }
            }
        }
        return woken;
    }

    /** Whether none is left that could still work by itself. */
    boolean none() {
        return !parts.isEmpty() && parts.stream().allMatch(part -> part.over() || part.unfit());
    }

    /** Whether some left for want of a run, and none is left that could have one. */
    boolean idle() {
        return parts.stream().anyMatch(Part::idle) && parts.stream().allMatch(part -> part.idle() || part.unfit());
    }

    /** What each said last. */
    String lastWords() throws IOException {
        List<String> words = new ArrayList<>();
        for (Part part : parts) {
            words.add(part.lastWords());
        }
        return words.stream().filter(line -> !line.isEmpty()).distinct().collect(Collectors.joining("; "));
    }

    void ask() {
        parts.forEach(Part::ask);
    }

    void stop() {
        Duration grace = grace(System.getenv());
        parts.forEach(worker -> worker.stop(grace));
    }

    /** Longer than what a worker itself takes at most, which ends it. */
    static Duration grace(Map<String, String> environment) {
        String asked = environment.getOrDefault("RUNYARD_GRACE", "").strip();
        if (!asked.matches("\\d{1,5}")) {
            return Lab.GRACE; // its worker says what is wrong with it
        }
        Duration own = Duration.ofSeconds(Long.parseLong(asked)).plus(LONGER);
        return own.compareTo(Lab.GRACE) > 0 ? own : Lab.GRACE;
    }
}
