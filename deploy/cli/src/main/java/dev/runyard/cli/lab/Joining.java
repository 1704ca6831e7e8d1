package dev.runyard.cli.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.device.HostName;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;

/** A host joins a lab: its enrolment token becomes a credential of its own, in the home, which only its owner reads. */
final class Joining {
    /** In the home. */
    static final String CREDENTIAL = "worker.credential";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Joining() {}

    /** Afterwards every worker of this home registers by the credential. */
    static void join(LabHome home, String server, String token) throws IOException {
        URI address = URI.create((server.endsWith("/") ? server : server + "/") + "api/v1/credentials/join");
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token.strip())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Json.canonical(Map.of("host", HostName.here()))))
                .build();
        try {
            HttpResponse<String> response = HttpClient.newBuilder()
                    .connectTimeout(PATIENCE)
                    .version(HttpClient.Version.HTTP_1_1)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode answer = Json.tree(response.body().isBlank() ? "{}" : response.body());
            String credential = answer.path("credential").asText("");
            if (response.statusCode() != 200 || credential.isEmpty()) {
                throw Failure.badInput(
                        "the lab at " + server + " does not take --enrol ("
                                + answer.path("detail").asText("HTTP " + response.statusCode()) + ")",
                        "make a token with \"runyard enrol\" there");
            }
            keep(home.folder().resolve(CREDENTIAL), credential);
        } catch (IOException e) {
            throw Failure.fault("no lab answers at " + server + " (" + e.getMessage() + ")", "check --server", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.fault("interrupted", "run it again", e);
        }
    }

    /** A temporary file is its owner's alone from the beginning. */
    private static void keep(Path file, String credential) throws IOException {
        Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "credential", ".tmp");
        Files.writeString(fresh, credential);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
