package dev.runyard.service.fleet;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Protocol;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What workers of other releases say to this service, by the exchanges that were recorded of them. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class ReleasedWorkersTest {
    private static final Path WIRE = Path.of("../deploy/e2e/src/test/resources/released/0.1.0/wire");

    @Inject
    Leases lab;

    @Inject
    Tokens tokens;

    @ConfigProperty(name = "runyard.home")
    Path home;

    @AfterEach
    void clear() {
        lab.clear();
    }

    private ValidatableResponse register(JsonNode body) throws IOException {
        tokens.worker(UUID.randomUUID()); // the secrets are made when they are first needed
        return given().header(
                        "Authorization",
                        "Bearer "
                                + Files.readString(home.resolve("worker.secret"))
                                        .strip())
                .contentType(ContentType.JSON)
                .body(body.toString())
                .post("/api/v1/workers")
                .then();
    }

    private static ObjectNode recorded(String host) throws IOException {
        ObjectNode body = (ObjectNode) Json.tree(Files.readString(WIRE.resolve("register.json")))
                .path("request")
                .path("body");
        return body.put("host", host);
    }

    @Test
    void aWorkerOfRelease010IsToldWhatToInstallAndIsShown() throws Exception {
        register(recorded("old-host"))
                .statusCode(426)
                .body("code", equalTo("PROTOCOL_TOO_OLD"))
                .body("detail", containsString("Worker 0.1.0 on old-host speaks version 1"))
                .body("detail", containsString("install Runyard"));
        register(recorded("old-host")).statusCode(426);
        given().get("/api/v1/devices")
                .then()
                .body("findAll { it.host == 'old-host' }.state", equalTo(java.util.List.of("REFUSED")))
                .body("find { it.host == 'old-host' }.why", containsString("install Runyard"));
    }

    @Test
    void aWorkerOfALaterReleaseIsToldWhichSideIsBehind() throws Exception {
        ObjectNode body = recorded("new-host");
        body.put("machine", "m").put("process", UUID.randomUUID().toString()).put("lock", "0".repeat(64));
        body.putObject("protocol").put("from", Protocol.SPOKEN.to() + 1).put("to", Protocol.SPOKEN.to() + 3);
        register(body).statusCode(426).body("code", equalTo("PROTOCOL_TOO_NEW"));
    }

    @Test
    void aRefusedWorkerDoesNotDisturbTheOneThatHasTheDevice() throws Exception {
        UUID device = lab.device("shared-host");
        register(recorded("shared-host")).statusCode(426);
        given().get("/api/v1/devices").then().body("find { it.id == '" + device + "' }.state", equalTo("FREE"));
        assertThat(given().get("/api/v1/devices").jsonPath().getList("findAll { it.host == 'shared-host' }"))
                .hasSize(1);
    }
}
