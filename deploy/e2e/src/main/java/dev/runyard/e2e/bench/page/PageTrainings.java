package dev.runyard.e2e.bench.page;

import dev.runyard.e2e.bench.BenchLab;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Twenty runs that train: each sends a step of five metrics once a second, as a worker does. */
final class PageTrainings implements AutoCloseable {
    private static final int RUNS = 20;
    private static final int KEYS = 5;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor();
    private final List<UUID> runs = new ArrayList<>();
    private final BenchLab lab;
    private int step;

    PageTrainings(BenchLab lab) throws SQLException {
        this.lab = lab;
        for (int i = 0; i < RUNS; i++) {
            runs.add(lab.heldRun("training " + i));
        }
    }

    void begin() {
        var unused = beat.scheduleAtFixedRate(this::send, 0, 1, TimeUnit.SECONDS);
    }

    private void send() {
        step++;
        String points = IntStream.range(0, KEYS)
                .mapToObj(key -> String.format(
                        Locale.ROOT,
                        "{\"key\":\"train/m%d\",\"step\":%d,\"value\":%f,\"time\":%d}",
                        key,
                        step,
                        Math.sin(step),
                        System.currentTimeMillis() * 1_000))
                .collect(Collectors.joining(",", "{\"attempt\":1,\"points\":[", "]}"));
        for (UUID run : runs) {
            HttpRequest request = HttpRequest.newBuilder(lab.at("/api/v1/runs/" + run + "/metrics"))
                    .header("Authorization", lab.bearer(run))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(points))
                    .build();
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    System.err.println("A training was answered " + answer.statusCode() + ": " + answer.body());
                }
            } catch (IOException e) {
                System.err.println("A training was not answered: " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        beat.shutdownNow();
        if (!beat.awaitTermination(10, TimeUnit.SECONDS)) {
            System.err.println("A training goes on sending.");
        }
        for (UUID run : runs) {
            lab.release(run);
        }
    }
}
