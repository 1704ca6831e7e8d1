package dev.runyard.cli.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a service that runs also works: what its readiness says. */
public final class Health {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Health() {}

    /** What is wrong, in words that follow "it runs, but"; empty when all is well. */
    public static Optional<String> trouble(String url) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url).resolve("/q/health/ready"))
                .timeout(PATIENCE)
                .build();
        try {
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.empty() : Optional.of(said(answer));
        } catch (IOException e) {
            return Optional.of("does not answer at " + url + " (" + e.getClass().getSimpleName() + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("was not heard to the end");
        }
    }

    private static String said(HttpResponse<String> answer) throws IOException {
        List<String> down = new ArrayList<>();
        JsonNode tree;
        try {
            tree = new ObjectMapper().readTree(answer.body());
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            return "answers " + answer.statusCode();
        }
        for (JsonNode check : tree.path("checks")) {
            if (!check.path("status").asText().equals("UP")) {
                List<String> data = new ArrayList<>();
                check.path("data")
                        .fields()
                        .forEachRemaining(entry -> data.add(
                                entry.getKey() + ": " + entry.getValue().asText()));
                down.add(check.path("name").asText() + (data.isEmpty() ? "" : " (" + String.join(", ", data) + ")"));
            }
        }
        return down.isEmpty()
                ? "answers " + answer.statusCode()
                : "is not ready: " + String.join("; ", down) + (down.size() == 1 ? " is down" : " are down");
    }
}
