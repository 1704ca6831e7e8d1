package dev.runyard.e2e.bench;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;

/** Sends batches of one run as a worker does. A batch holds {@code keys} metrics over consecutive steps. */
final class PointSender {
    static final int BATCH = 1_000;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BenchLab lab;
    private final UUID run;
    private final int keys;

    PointSender(BenchLab lab, UUID run, int keys) {
        this.lab = lab;
        this.run = run;
        this.keys = keys;
    }

    /**
     * Sends batch number {@code n}; the same number is the same batch.
     *
     * @return milliseconds until it was acknowledged
     */
    double send(int n) throws IOException, InterruptedException {
        String body = body(n);
        long begin = System.nanoTime();
        HttpRequest request = HttpRequest.newBuilder(lab.at("/api/v1/runs/" + run + "/metrics"))
                .header("Authorization", lab.bearer(run))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("answered " + response.statusCode() + ": " + response.body());
        }
        return (System.nanoTime() - begin) / 1e6;
    }

    private String body(int n) {
        StringBuilder json = new StringBuilder(BATCH * 96).append("{\"attempt\":1,\"points\":[");
        int steps = BATCH / keys;
        for (int i = 0; i < BATCH; i++) {
            long step = (long) n * steps + i / keys;
            json.append(i == 0 ? "" : ",")
                    .append("{\"key\":\"bench/")
                    .append(i % keys)
                    .append("\",\"step\":")
                    .append(step)
                    .append(",\"epoch\":")
                    .append(step / 1_000.0)
                    .append(",\"value\":")
                    .append(Math.sin(step * 1e-4) + (step % 997) * 1e-3)
                    .append(",\"time\":")
                    .append(1_700_000_000_000_000L + step * 1_000)
                    .append('}');
        }
        return json.append("]}").toString();
    }
}
