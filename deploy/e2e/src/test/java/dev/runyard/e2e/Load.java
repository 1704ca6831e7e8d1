package dev.runyard.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A worker of an imagined host that reports one run as fast as it is answered, each batch until it is taken, and people who queue runs
 * and look at them. Keeps what was acknowledged.
 */
final class Load implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BATCH = 500;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final LabProcess lab;
    private final LabClient client;
    private final String worker;
    private final String workerToken;
    private final String run;
    private final String token;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Integer, AtomicLong> answers = new ConcurrentSkipListMap<>();
    private final Set<String> queued = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private volatile boolean over;

    private Load(LabProcess lab) throws IOException, InterruptedException {
        this.lab = lab;
        this.client = lab.client();
        ObjectNode me = JSON.createObjectNode()
                .put("host", "imagined")
                .put("machine", "imagined")
                .put("pid", ProcessHandle.current().pid())
                .put("process", UUID.randomUUID().toString())
                .put("lock", "0".repeat(64))
                .put("version", "test");
        me.putObject("protocol").put("from", 2).put("to", 2);
        me.putArray("devices")
                .addObject()
                .put("key", "cpu")
                .put("kind", "cpu")
                .put("name", "imagined")
                .put("memoryBytes", 1)
                .put("slots", 1);
        String enrolment = Files.readString(lab.home().resolve("worker.secret")).strip();
        JsonNode registered =
                JSON.readTree(send("/api/v1/workers", enrolment, me).body());
        worker = registered.path("worker").asText();
        workerToken = registered.path("token").asText();
        String device = registered.path("devices").path(0).path("id").asText();
        run = client.post(
                        "/api/v1/runs", Map.of("experiment", "away", "spec", Map.of("dataset", Map.of("id", "shapes"))))
                .get("id")
                .asText();
        client.await("/api/v1/runs/" + run, Duration.ofSeconds(30), r -> r.get("state")
                .asText()
                .equals("STARTING"));
        token = JSON.readTree(send(attempt("start"), workerToken, Map.of("device", device))
                        .body())
                .path("token")
                .asText();
        send(attempt("resumed"), token, Map.of("step", 0));
    }

    /** @param writers each with a metric of its own */
    static Load begin(LabProcess lab, int writers) throws IOException, InterruptedException {
        Load load = new Load(lab);
        for (int writer = 0; writer < writers; writer++) {
            String key = "load/" + writer;
            load.thread(() -> load.write(key));
        }
        load.thread(load::beat);
        load.thread(load::queue);
        load.thread(load::look);
        return load;
    }

    String run() {
        return run;
    }

    /** Points so far. */
    long acknowledged() {
        return acknowledged.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How often each status was answered. */
    Map<Integer, Long> answers() {
        Map<Integer, Long> all = new TreeMap<>();
        answers.forEach((status, times) -> all.put(status, times.get()));
        return all;
    }

    void stop() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(60));
        }
    }

    /** Points that were acknowledged and are not there. */
    Set<String> missing() {
        Set<String> missing = new TreeSet<>();
        acknowledged.forEach((key, steps) -> {
            JsonNode summary = client.get("/api/v1/runs/" + run + "/metrics");
            for (JsonNode one : summary.get("keys")) {
                if (one.get("key").asText().equals(key) && one.get("count").asLong() < steps) {
                    missing.add(key + ": " + one.get("count") + " of " + steps);
                }
            }
            // The summary is made of the rows; so is this, and not of the same query.
            long rows = csv(key);
            if (rows < steps) {
                missing.add(key + ": " + rows + " rows of " + steps);
            }
        });
        return missing;
    }

    private long csv(String key) {
        try {
            return http.send(
                            HttpRequest.newBuilder(client.base()
                                            .resolve("/api/v1/runs/" + run + "/metrics.csv?key="
                                                    + LabClient.encode(key)))
                                    .header("Authorization", "Bearer " + client.token())
                                    .build(),
                            HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .skip(1)
                    .distinct()
                    .count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Runs that were acknowledged and are not there. */
    Set<String> lost() {
        Set<String> lost = new TreeSet<>();
        for (String id : queued) {
            if (client.getStatus("/api/v1/runs/" + id) != 200) {
                lost.add(id);
            }
        }
        return lost;
    }

    @Override
    public void close() throws InterruptedException, IOException {
        stop();
        for (String id : queued) {
            client.postRaw("/api/v1/runs/" + id + "/cancel", null);
        }
        send(attempt("end"), token, Map.of("kind", "finished", "step", 1));
        send("/api/v1/workers/" + worker + "/leave", workerToken, Map.of());
    }

    private void write(String key) throws IOException, InterruptedException {
        long done = 0;
        while (!over) {
            ObjectNode batch = JSON.createObjectNode().put("attempt", 1);
            ArrayNode points = batch.putArray("points");
            for (long step = done; step < done + BATCH; step++) {
                points.addObject()
                        .put("key", key)
                        .put("step", step)
                        .put("value", Math.sin(step))
                        .put("time", 1_700_000_000_000_000L + step);
            }
            if (counted(send("/api/v1/runs/" + run + "/metrics", token, batch)) == 200) {
                done += BATCH;
                acknowledged.put(key, done);
            }
        }
    }

    private void beat() throws IOException, InterruptedException {
        while (!over) {
            counted(send("/api/v1/workers/" + worker + "/heartbeat", workerToken, Map.of()));
            counted(send(attempt("heartbeat"), token, Map.of("step", 1, "epoch", 0, "steps", 10, "epochs", 1)));
            Thread.sleep(1_000);
        }
    }

    private void queue() throws IOException, InterruptedException {
        // Nothing that any device here takes up: they stay behind the two that train.
        while (!over) {
            HttpResponse<String> answer = send(
                    "/api/v1/runs",
                    client.token(),
                    Map.of(
                            "experiment",
                            "away-queue",
                            "priority",
                            -10,
                            "spec",
                            Map.of("dataset", Map.of("id", "shapes"))));
            if (counted(answer) == 201) {
                queued.add(JSON.readTree(answer.body()).path("id").asText());
            }
            Thread.sleep(100);
        }
    }

    private void look() throws IOException, InterruptedException {
        while (!over) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(client.base().resolve("/api/v1/runs?limit=50"))
                            .timeout(Duration.ofSeconds(60))
                            .header("Authorization", "Bearer " + client.token())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            counted(answer);
            Thread.sleep(50);
        }
    }

    private int counted(HttpResponse<String> answer) throws InterruptedException {
        answers.computeIfAbsent(answer.statusCode(), status -> new AtomicLong()).incrementAndGet();
        if (answer.statusCode() == 503) {
            Thread.sleep(200);
        }
        return answer.statusCode();
    }

    private String attempt(String verb) {
        return "/api/v1/runs/" + run + "/attempts/1/" + verb;
    }

    private HttpResponse<String> send(String path, String bearer, Object body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(client.base().resolve(path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Authorization", "Bearer " + bearer)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Does something that may not fail. */
    private interface Work {
        void go() throws IOException, InterruptedException;
    }

    private void thread(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.go();
                    } catch (IOException e) {
                        // No answer at all: not what a service does whose database is away.
                        answers.computeIfAbsent(-1, status -> new AtomicLong()).incrementAndGet();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "load-" + threads.size() + " of " + lab.home());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }
}
