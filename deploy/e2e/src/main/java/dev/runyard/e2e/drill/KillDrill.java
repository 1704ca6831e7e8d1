package dev.runyard.e2e.drill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The same sweep twice: once left alone, once under {@code kill -9}. Afterwards both must have drawn the same points, seen the same at their rungs and
 * decided the same; every run that was not pruned must be FINISHED, each of its steps must be there once, and every loss, every result of val and
 * test and the final weights must have the same bits.
 *
 * <p>{@code java -cp … dev.runyard.e2e.drill.KillDrill WORKER SERVICE ALL [SEED] [--prune[=PRUNER]]} prints what was killed when, what was decided, and
 * the verdict; exit code 1 when a bit or a decision differs. With {@code --prune} the sweep learns, and stops runs early, by ASHA or by the pruner that is named.
 */
public final class KillDrill {
    /** How often each part is killed. */
    public record Plan(int worker, int service, int all, long seed) {
        int total() {
            return worker + service + all;
        }
    }

    private final Plan plan;
    private final Map<String, Object> sweep;

    public KillDrill(Plan plan, Map<String, Object> sweep) {
        this.plan = plan;
        this.sweep = sweep;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> given = new ArrayList<>(List.of(arguments));
        String prune = given.stream()
                .filter(word -> word.equals("--prune") || word.startsWith("--prune="))
                .findFirst()
                .orElse("");
        given.remove(prune);
        String pruner = prune.contains("=") ? prune.substring(prune.indexOf('=') + 1) : "asha";
        if (given.size() < 3 || !PRUNERS.containsKey(pruner)) {
            System.err.println(
                    "usage: KillDrill WORKER-KILLS SERVICE-KILLS ALL-KILLS [SEED] [--prune[=PRUNER]], PRUNER one of "
                            + String.join(", ", PRUNERS.keySet()));
            System.exit(2);
        }
        long seed = given.size() > 3 ? Long.parseLong(given.get(3)) : 1;
        Plan plan = new Plan(
                Integer.parseInt(given.get(0)), Integer.parseInt(given.get(1)), Integer.parseInt(given.get(2)), seed);
        Path folder = Files.createTempDirectory("runyard-drill");
        // Enough training for each kill to find something to interrupt.
        Map<String, Object> sweep = prune.isEmpty()
                ? sweep(Math.max(2, plan.total() / 3), 12)
                : searching(Math.max(8, plan.total()), 9, pruner);
        List<String> faults = new KillDrill(plan, sweep).run(folder);
        faults.forEach(System.out::println);
        System.out.println(
                faults.isEmpty()
                        ? "verdict: nothing lost, the same drawn and decided, every value and all weights bit-identical"
                        : "verdict: FAILED");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    /** Each with so little patience that a sweep of eight runs has something to stop. */
    private static final Map<String, Map<String, Object>> PRUNERS = new TreeMap<>(Map.of(
            "asha", Map.of("kind", "asha", "reduction", 2, "minEpochs", 1),
            "hyperband", Map.of("kind", "hyperband", "reduction", 2, "minEpochs", 1),
            "median", Map.of("kind", "median", "startup", 2, "minEpochs", 2),
            "percentile", Map.of("kind", "percentile", "keep", 40, "startup", 2, "minEpochs", 2),
            "patience", Map.of("kind", "patience", "epochs", 1),
            "threshold", Map.of("kind", "threshold", "max", 1.5, "minEpochs", 3)));

    /** Of {@link #sweep}: 320 images in batches of 32. */
    public static final int STEPS_AN_EPOCH = 10;

    /** A PGN sweep on rendered shapes: one run a seed. */
    public static Map<String, Object> sweep(int seeds, int epochs) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < seeds; i++) {
            all.add(i);
        }
        return Map.of("experiment", "kill-drill", "base", base(epochs), "seeds", all, "parallel", 2);
    }

    /**
     * A search over the rate of the same training by TPE, with a pruner: what is drawn and what is stopped follows from what was seen before, so that one
     * wrong value shows in all that comes after it.
     */
    public static Map<String, Object> searching(int runs, int epochs, String pruner) {
        return Map.of(
                "experiment",
                "kill-drill",
                "base",
                base(epochs),
                "axes",
                Map.of("optimizer.learningRate", Map.of("logUniform", List.of(0.001, 1.0))),
                "metric",
                "val/loss",
                "sampler",
                Map.of("kind", "tpe", "runs", runs, "startup", 3),
                "pruner",
                PRUNERS.get(pruner),
                "parallel",
                1);
    }

    private static Map<String, Object> base(int epochs) {
        return Map.of(
                "dataset", Map.of("id", "shapes", "train", 320, "test", 64),
                "method", Map.of("kind", "pgn", "resolution", 64, "prompts", 2, "librarySize", 16),
                "schedule", Map.of("epochs", epochs, "warmupEpochs", 1),
                "batchSize", 32,
                "augment", "flip-crop",
                "checkpoint", Map.of("everyEpochs", 1, "everySeconds", 2));
    }

    /** Runs both sweeps in {@code folder}; returns what is wrong, empty when nothing is. */
    public List<String> run(Path folder) throws IOException, InterruptedException {
        Came calm = undisturbed(folder.resolve("calm"));
        Came drill = disturbed(folder.resolve("drill"));
        List<String> faults = calm.decided().differences(drill.decided());
        if (sweep.containsKey("pruner") && !calm.decided().pruned()) {
            faults.add("the pruner had nothing to stop, or stopped everything");
        }
        faults.addAll(compare(calm.runs(), drill.runs()));
        System.out.println(drill.decided().said());
        return faults;
    }

    /** What came of a sweep; of runs, those that are FINISHED. */
    private record Came(Decided decided, Map<Integer, Measured> runs) {}

    private Came undisturbed(Path home) throws IOException, InterruptedException {
        try (LabProcess lab = LabProcess.start(home, Map.of("RUNYARD_THREADS", "1"))) {
            String id = lab.client().post("/api/v1/sweeps", sweep).get("id").asText();
            return came(lab.client(), id);
        }
    }

    private Came disturbed(Path home) throws IOException, InterruptedException {
        Random random = new Random(plan.seed());
        List<String> kills = new ArrayList<>();
        kills.addAll(Collections.nCopies(plan.worker(), "worker"));
        kills.addAll(Collections.nCopies(plan.service(), "service"));
        kills.addAll(Collections.nCopies(plan.all(), "everything"));
        Collections.shuffle(kills, random);
        Map<String, List<Double>> recoveries = new TreeMap<>();
        try (LabProcess lab = LabProcess.start(home, Map.of("RUNYARD_THREADS", "1"))) {
            String id = lab.client().post("/api/v1/sweeps", sweep).get("id").asText();
            awaitTraining(lab.client(), id, Map.of(), false);
            for (String part : kills) {
                Thread.sleep(500 + random.nextInt(4_000));
                Map<String, Progress> before = progress(lab.client(), id);
                if (over(lab.client(), id)) {
                    System.out.printf("%s: the sweep was over before this kill%n", part);
                    break;
                }
                Instant at = Instant.now();
                switch (part) {
                    case "worker" -> lab.worker().ifPresent(ProcessHandle::destroyForcibly);
                    case "service" -> lab.service().ifPresent(ProcessHandle::destroyForcibly);
                    default -> {
                        lab.killEverything();
                        lab.up();
                    }
                }
                awaitTraining(lab.client(), id, before, part.equals("service"));
                double seconds = Duration.between(at, Instant.now()).toMillis() / 1e3;
                recoveries.computeIfAbsent(part, p -> new ArrayList<>()).add(seconds);
                System.out.printf(Locale.ROOT, "killed %s, trains again after %.1f s%n", part, seconds);
            }
            recoveries.forEach((part, all) -> {
                Collections.sort(all);
                System.out.printf(
                        Locale.ROOT,
                        "%d x %s: trains again after p50 %.1f s, max %.1f s%n",
                        all.size(),
                        part,
                        all.get(all.size() / 2),
                        all.get(all.size() - 1));
            });
            return came(lab.client(), id);
        }
    }

    /** How far a run was. */
    private record Progress(long attempt, long step) {}

    /**
     * An attempt that began since then has reported a step; where the worker lives, the same attempt may have got further. A row that
     * says RUNNING is not enough: it says so until the loss of its worker is noticed.
     *
     * @param before of each run, by id; a run that is missing had no attempt
     */
    private static void awaitTraining(LabClient client, String sweep, Map<String, Progress> before, boolean workerLives)
            throws InterruptedException {
        client.await("/api/v1/sweeps/" + sweep, Duration.ofMinutes(5), s -> {
            if (over(client, sweep)) {
                return true;
            }
            for (JsonNode run : client.runsOf(sweep)) {
                Progress then = before.getOrDefault(run.get("id").asText(), new Progress(0, 0));
                long attempt = run.get("attempt").asLong();
                long step = run.path("step").asLong();
                if (run.get("state").asText().equals("RUNNING")
                        && step > 0
                        && (attempt > then.attempt() || workerLives && step > then.step())) {
                    return true;
                }
            }
            return false;
        });
    }

    private static Map<String, Progress> progress(LabClient client, String sweep) {
        Map<String, Progress> progress = new TreeMap<>();
        client.runsOf(sweep)
                .forEach(run -> progress.put(
                        run.get("id").asText(),
                        new Progress(
                                run.get("attempt").asLong(), run.path("step").asLong())));
        return progress;
    }

    private static boolean over(LabClient client, String sweep) {
        return client.get("/api/v1/sweeps/" + sweep).get("state").asText().matches("FINISHED|CANCELLED");
    }

    private static Came came(LabClient client, String sweep) throws InterruptedException {
        client.await("/api/v1/sweeps/" + sweep, Duration.ofMinutes(60), s -> s.get("state")
                .asText()
                .matches("FINISHED|CANCELLED"));
        Map<Integer, Measured> all = new TreeMap<>();
        for (JsonNode run : client.runsOf(sweep)) {
            if (!run.get("state").asText().equals("PRUNED")) {
                all.put(
                        run.get("index").asInt(),
                        Measured.of(client, run.get("id").asText()));
            }
        }
        return new Came(Decided.of(client, sweep), all);
    }

    static List<String> compare(Map<Integer, Measured> calm, Map<Integer, Measured> drill) {
        List<String> faults = new ArrayList<>();
        if (!calm.keySet().equals(drill.keySet())) {
            faults.add("runs differ: " + calm.keySet() + " and " + drill.keySet());
        }
        calm.forEach((index, run) -> {
            Measured other = drill.get(index);
            if (other != null) {
                faults.addAll(run.differences("run " + index, other));
            }
        });
        return faults;
    }
}
