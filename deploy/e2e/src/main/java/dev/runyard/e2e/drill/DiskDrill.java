package dev.runyard.e2e.drill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The disk below a lab's home fills up while a run trains, stays full, and is freed. Afterwards the lab must serve within 15 s
 * without a person, nothing that it had accepted may be gone, and the run must end like one that was left alone.
 *
 * <p>{@code DiskDrill FOLDER [SECONDS]}: a folder on a small file system of its own, for example after {@code mount -t tmpfs -o size=1g
 * tmpfs FOLDER}; how long the disk stays full (30). Exit code 1 when something is lost or late.
 */
public final class DiskDrill {
    private static final long LARGEST = 4L << 30;
    private static final Duration GOAL = Duration.ofSeconds(15);
    private static final Map<String, Object> SPEC = Map.of(
            "dataset", Map.of("id", "shapes", "train", 320, "test", 64),
            "method", Map.of("kind", "pgn", "resolution", 64, "prompts", 2, "librarySize", 16),
            "schedule", Map.of("epochs", 30, "warmupEpochs", 1),
            "batchSize", 32,
            "checkpoint", Map.of("everyEpochs", 1, "everySeconds", 2));

    private final LabClient client;
    private final Path filler;
    private final Map<Integer, Integer> answers = new TreeMap<>();
    private int accepted;

    private DiskDrill(LabClient client, Path filler) {
        this.client = client;
        this.filler = filler;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 1) {
            System.err.println("usage: DiskDrill FOLDER [SECONDS-FULL]");
            System.exit(2);
        }
        Path folder = Path.of(arguments[0]);
        if (Files.getFileStore(folder).getUsableSpace() > LARGEST) {
            System.err.println(
                    folder + ": has more than 4 GiB free, which this drill would fill; give a folder on a small file "
                            + "system of its own (mount -t tmpfs -o size=1g tmpfs FOLDER)");
            System.exit(2);
        }
        Duration full = Duration.ofSeconds(arguments.length > 1 ? Long.parseLong(arguments[1]) : 30);
        boolean held;
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), Map.of("RUNYARD_THREADS", "1"))) {
            held = new DiskDrill(lab.client(), folder.resolve("filler")).run(full);
        }
        System.out.println(
                held ? "verdict: nothing lost, every value and all weights bit-identical" : "verdict: FAILED");
        System.exit(held ? 0 : 1);
    }

    private boolean run(Duration full) throws IOException, InterruptedException {
        String alone = submit("left alone");
        finished(alone);
        String run = submit("disk full");
        client.await(
                "/api/v1/runs/" + run,
                Duration.ofMinutes(2),
                r -> r.path("step").asLong() > 20);

        long end = System.nanoTime() + full.toNanos();
        while (System.nanoTime() < end) { // what others free meanwhile is taken too
            fill();
            ask();
            Thread.sleep(200);
        }
        Files.delete(filler);
        long freed = System.nanoTime();
        while (!client.ready() || !ask()) {
            Thread.sleep(100);
        }
        Duration serving = Duration.ofNanos(System.nanoTime() - freed);
        System.out.printf(
                Locale.ROOT,
                "full for %d s, POST /runs answered %s; freed: serving again after %.1f s%n",
                full.toSeconds(),
                answers,
                serving.toMillis() / 1e3);
        finished(run);
        int kept = client.get("/api/v1/runs?limit=1000&experiment=disk-full")
                .get("items")
                .size();
        List<String> faults = Measured.of(client, alone).differences("disk full", Measured.of(client, run));
        System.out.println("runs accepted " + accepted + ", kept " + kept);
        faults.forEach(System.out::println);
        return serving.compareTo(GOAL) <= 0 && kept >= accepted && faults.isEmpty();
    }

    private String submit(String name) {
        return client.post("/api/v1/runs", Map.of("experiment", "disk-drill", "name", name, "spec", SPEC))
                .get("id")
                .asText();
    }

    /** Queues a run that waits behind the others; a refusal is counted, and must be one that can be repeated. */
    private boolean ask() {
        try {
            HttpResponse<String> answer =
                    client.postRaw("/api/v1/runs", Map.of("experiment", "disk-full", "priority", -10, "spec", SPEC));
            answers.merge(answer.statusCode(), 1, Integer::sum);
            if (answer.statusCode() / 100 == 2) {
                accepted++;
                client.postRaw(answer.headers().firstValue("Location").orElseThrow() + "/cancel", null);
                return true;
            }
        } catch (UncheckedIOException e) {
            answers.merge(0, 1, Integer::sum);
        }
        return false;
    }

    private void finished(String run) throws InterruptedException {
        JsonNode over = client.await("/api/v1/runs/" + run, Duration.ofMinutes(5), r -> r.get("state")
                .asText()
                .matches("FINISHED|FAILED|CANCELLED"));
        if (!over.get("state").asText().equals("FINISHED")) {
            throw new AssertionError(over.toPrettyString());
        }
    }

    private void fill() throws IOException {
        try (FileChannel channel = FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int bytes = 1 << 22; bytes >= 4096; ) {
                try {
                    channel.write(ByteBuffer.allocate(bytes));
                } catch (IOException e) { // no room for so much: for less, perhaps
                    bytes /= 4;
                }
            }
        }
    }
}
