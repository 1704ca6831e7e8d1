package dev.runyard.service.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.flows.Payloads;
import dev.runyard.flows.run.DeviceActivities;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.report.Protocol;
import io.temporal.authorization.AuthorizationGrpcMetadataProvider;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;

/** A worker whose training takes no time; everything that it says goes the way of a real one: REST and Temporal. */
public final class ToyWorker implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final String enrolment;
    private final WorkflowServiceStubs stubs;
    private final WorkerFactory factory;
    private final Consumer<LeaseGrant> training;
    private final String worker;
    private final String token;

    /** What an answer was. */
    public record Answer(int status, JsonNode body) {}

    public ToyWorker(String base, Path home, String host, int slots) {
        this(base, home, host, slots, grant -> {});
    }

    /** @param training called while an attempt trains, before its end is reported */
    public ToyWorker(String base, Path home, String host, int slots, Consumer<LeaseGrant> training) {
        this.training = training;
        this.base = base;
        try {
            this.enrolment = Files.readString(home.resolve("worker.secret")).strip();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        ObjectNode body = Json.mapper().createObjectNode();
        body.put("host", host).put("pid", ProcessHandle.current().pid()).put("version", "test");
        body.put("machine", "toy").put("process", UUID.randomUUID().toString()).put("lock", "0".repeat(64));
        body.set("protocol", Json.mapper().valueToTree(Protocol.SPOKEN));
        body.putArray("devices")
                .addObject()
                .put("key", "cpu")
                .put("kind", "cpu")
                .put("name", "toy")
                .put("memoryBytes", 1)
                .put("slots", slots);
        JsonNode registered = post("/api/v1/workers", enrolment, body).body();
        worker = registered.path("worker").asText();
        token = registered.path("token").asText();
        JsonNode device = registered.path("devices").path(0);
        String key = registered.path("temporal").path("key").asText();
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(registered.path("temporal").path("target").asText())
                .addGrpcMetadataProvider(new AuthorizationGrpcMetadataProvider(() -> "Bearer " + key))
                .build());
        factory = WorkerFactory.newInstance(WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build()));
        factory.newWorker(device.path("queue").asText())
                .registerActivitiesImplementations((DeviceActivities) grant -> train(grant));
        factory.start();
    }

    private Outcome train(LeaseGrant grant) {
        String path = "/api/v1/runs/" + grant.run() + "/attempts/" + grant.attempt();
        ObjectNode start =
                Json.mapper().createObjectNode().put("device", grant.device().toString());
        Answer started = post(path + "/start", token, start);
        if (started.status() != 200) {
            return new Outcome.GivenBack(0, Outcome.Cause.STALE);
        }
        String attempt = started.body().path("token").asText();
        post(path + "/resumed", attempt, Json.mapper().createObjectNode().put("step", 0));
        ObjectNode batch = Json.mapper().createObjectNode().put("attempt", grant.attempt());
        batch.putArray("points")
                .addObject()
                .put("key", "test/top1")
                .put("step", 10)
                .put("value", value(grant.run()))
                .put("time", 1_000_000);
        post("/api/v1/runs/" + grant.run() + "/metrics", attempt, batch);
        ObjectNode beat = Json.mapper().createObjectNode().put("step", 10).put("epoch", 1);
        post(path + "/heartbeat", attempt, beat.put("steps", 10).put("epochs", 1));
        training.accept(grant);
        Outcome outcome = new Outcome.Finished(10);
        post(path + "/end", attempt, Json.mapper().valueToTree(outcome));
        return outcome;
    }

    /** What the toy's training comes to. */
    public static double value(UUID run) {
        return Math.floorMod(run.getLeastSignificantBits(), 100);
    }

    public void beat() {
        post("/api/v1/workers/" + worker + "/heartbeat", token, Json.mapper().createObjectNode());
    }

    private Answer post(String path, String bearer, JsonNode body) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(base + path))
                            .header("Authorization", "Bearer " + bearer)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    answer.statusCode(), answer.body().isBlank() ? Json.mapper().nullNode() : Json.tree(answer.body()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        post("/api/v1/workers/" + worker + "/leave", token, Json.mapper().createObjectNode());
        factory.shutdownNow();
        factory.awaitTermination(5, java.util.concurrent.TimeUnit.SECONDS);
        stubs.shutdownNow();
    }
}
