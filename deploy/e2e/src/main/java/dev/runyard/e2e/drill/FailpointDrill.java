package dev.runyard.e2e.drill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.Failpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One small run a failpoint: whoever reaches it is gone at that very moment, its keeper starts it again, and the run must come out as
 * an undisturbed one does, each step once and with the same bits. Whoever loses the service only keeps the attempt; losing the
 * worker costs exactly one, unless the service had its end already.
 *
 * <p>{@code java -cp … dev.runyard.e2e.drill.FailpointDrill [POINT…]}: all of them where none is named. Exit code 1 when one fails.
 */
public final class FailpointDrill {
    /** Reached more than once a run: the second time there is something to lose. */
    private static final Set<Failpoint> AT_THE_SECOND = Set.of(
            Failpoint.CHECKPOINT_BEGUN,
            Failpoint.FILE_WRITTEN,
            Failpoint.FILE_SYNCED,
            Failpoint.FILE_RENAMED,
            Failpoint.FILE_DURABLE,
            Failpoint.MANIFEST_WRITTEN,
            Failpoint.MANIFEST_SYNCED,
            Failpoint.MANIFEST_RENAMED,
            Failpoint.CHECKPOINT_DURABLE,
            Failpoint.CHECKPOINT_FILE_SENT,
            Failpoint.CHECKPOINT_SENT,
            Failpoint.CHECKPOINT_TOLD,
            Failpoint.BLOB_NAMED,
            Failpoint.CHECKPOINT_STORED);

    /** For a machine that does much else. */
    private static final Duration WITHIN = Duration.ofMinutes(10);

    /** A keeper waits longer with each quick death; a lab that is started anew begins without a pause. */
    private static final int DEATHS_A_LAB = 4;

    private static final Map<String, Object> SPEC = Map.of(
            "dataset", Map.of("id", "shapes", "train", 96, "test", 40),
            "method", Map.of("kind", "iip", "prompts", 1),
            "schedule", Map.of("epochs", 5, "warmupEpochs", 0),
            "batchSize", 16,
            "augment", "none",
            "checkpoint", Map.of("everyEpochs", 1));

    private final List<Failpoint> points;

    public FailpointDrill(List<Failpoint> points) {
        this.points = points;
    }

    public static void main(String[] arguments) throws Exception {
        List<Failpoint> points = arguments.length == 0
                ? List.of(Failpoint.values())
                : Arrays.stream(arguments).map(Failpoint::valueOf).toList();
        List<String> faults = new FailpointDrill(points).run(Files.createTempDirectory("runyard-failpoints"));
        faults.forEach(System.out::println);
        System.out.println(
                faults.isEmpty()
                        ? "verdict: " + points.size() + " failpoints, nothing lost, everything bit-identical"
                        : "verdict: FAILED");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    /** Walks all points on labs in {@code folder}; returns what is wrong, empty when nothing is. */
    public List<String> run(Path folder) throws IOException, InterruptedException {
        Path armed = Files.createDirectories(folder.resolve("armed"));
        List<String> faults = new ArrayList<>();
        try (LabProcess lab = LabProcess.start(
                folder.resolve("home"), Map.of(Failpoint.VARIABLE, armed.toString(), "RUNYARD_THREADS", "1"))) {
            Map<Integer, Measured> calm = new HashMap<>();
            int deaths = 0;
            for (Failpoint point : points) {
                if (deaths == DEATHS_A_LAB) {
                    lab.close();
                    lab.up();
                    deaths = 0;
                }
                deaths++;
                Instant begin = Instant.now();
                List<String> found = reached(lab.client(), armed, point, calm);
                System.out.printf(
                        Locale.ROOT,
                        "%-20s %5.1f s  %s%n",
                        point,
                        Duration.between(begin, Instant.now()).toMillis() / 1e3,
                        found.isEmpty() ? "held" : found);
                faults.addAll(found);
            }
        }
        return faults;
    }

    private static List<String> reached(LabClient client, Path armed, Failpoint point, Map<Integer, Measured> calm)
            throws IOException, InterruptedException {
        String worker = ready(client, "");
        Path file = armed.resolve(point.name());
        Path writing = armed.resolve(point + ".tmp");
        Files.writeString(writing, AT_THE_SECOND.contains(point) ? "2" : "1");
        Files.move(writing, file, StandardCopyOption.ATOMIC_MOVE);
        String run;
        try {
            run = finished(client, queued(client, point.name(), seed(point)));
        } catch (IllegalStateException | UncheckedIOException | AssertionError e) {
            return List.of(point + ": " + e.getMessage());
        }
        if (Files.deleteIfExists(file)) {
            return List.of(point + " was not reached");
        }
        if (point.side() == Failpoint.Side.WORKER) {
            // A run that is queued while nobody has missed the worker yet would be granted to it, and lose an attempt.
            ready(client, worker);
        }
        List<String> faults = new ArrayList<>();
        try {
            Measured disturbed = Measured.of(client, run);
            int seed = seed(point);
            if (!calm.containsKey(seed)) {
                calm.put(seed, Measured.of(client, finished(client, queued(client, "calm " + seed, seed))));
            }
            faults.addAll(calm.get(seed).differences(point.name(), disturbed));
        } catch (IllegalStateException e) {
            faults.add(point + ": " + e.getMessage());
        }
        long attempts = client.get("/api/v1/runs/" + run).get("attempt").asLong();
        long expected = point.side() == Failpoint.Side.WORKER && point != Failpoint.END_TOLD ? 2 : 1;
        if (attempts != expected) {
            faults.add(point + " took " + attempts + " attempts instead of " + expected + ": "
                    + client.get("/api/v1/runs/" + run + "/events"));
        }
        long same = 0;
        for (JsonNode item : client.get("/api/v1/runs?limit=1000").get("items")) {
            same += item.get("name").asText().equals(point.name()) ? 1 : 0;
        }
        if (same != 1) {
            faults.add(point + ": one request made " + same + " runs");
        }
        return faults;
    }

    /** The store takes each file once, so what ends while it takes one needs a run that was never there before. */
    private static int seed(Failpoint point) {
        return point == Failpoint.BLOB_NAMED || point == Failpoint.BLOB_COMMITTED ? 1 + point.ordinal() : 0;
    }

    /** Asks again until there is an answer, as a client with an Idempotency-Key may. */
    private static String queued(LabClient client, String name, int seed) throws InterruptedException {
        Map<String, Object> spec = new HashMap<>(SPEC);
        spec.put("seed", seed);
        Map<String, Object> request = Map.of("experiment", "failpoints", "name", name, "spec", spec);
        return client.once("/api/v1/runs", request, "drill-" + name, WITHIN)
                .get("id")
                .asText();
    }

    /** Waits until another worker than {@code gone} has the device to itself; its id. */
    private static String ready(LabClient client, String gone) throws InterruptedException {
        return client.await(
                        "/api/v1/devices",
                        WITHIN,
                        devices -> devices.size() > 0
                                && devices.get(0).path("state").asText().equals("FREE")
                                && !devices.get(0).path("worker").asText(gone).equals(gone))
                .get(0)
                .get("worker")
                .asText();
    }

    private static String finished(LabClient client, String run) throws InterruptedException {
        client.await("/api/v1/runs/" + run, WITHIN, r -> r.get("state")
                .asText()
                .matches("FINISHED|FAILED|CANCELLED|PRUNED"));
        return run;
    }
}
