package dev.runyard.service.fleet;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.spec.report.Protocol;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A host joins by a token that serves once, and is sent away. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class CredentialsTest {
    @Inject
    Leases lab;

    @Inject
    Statements statements;

    @AfterEach
    void clear() {
        lab.clear();
    }

    private static io.restassured.specification.RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token).contentType("application/json");
    }

    private static ValidatableResponse join(String token) {
        return as(token)
                .body("{\"host\": \"gpu1\"}")
                .post("/api/v1/credentials/join")
                .then();
    }

    private static ValidatableResponse register(String credential) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "host",
                "gpu1",
                "machine",
                "m",
                "pid",
                1,
                "version",
                "test",
                "process",
                UUID.randomUUID(),
                "lock",
                "ab".repeat(32),
                "protocol",
                Protocol.SPOKEN));
        body.put(
                "devices",
                List.of(Map.of(
                        "key",
                        "GPU-joined",
                        "kind",
                        "cuda",
                        "name",
                        "g",
                        "memoryBytes",
                        1,
                        "slots",
                        1,
                        "labels",
                        Map.of("gpu", "a100"))));
        return as(credential).body(body).post("/api/v1/workers").then();
    }

    @Test
    void aTokenServesOnceAndTheCredentialUntilItIsRevoked() throws Exception {
        lab.calm();
        String token = given().contentType("application/json")
                .body("{\"minutes\": 5}")
                .post("/api/v1/credentials")
                .then()
                .statusCode(200)
                .extract()
                .path("token");
        register(token).statusCode(403);
        String credential = join(token).statusCode(200).extract().path("credential");
        join(token).statusCode(401).body("code", equalTo("ENROLMENT_OVER"));
        join(credential).statusCode(403);
        String worker = register(credential).statusCode(200).extract().path("worker");
        // A stranger's, and one that was tampered with.
        register(credential.substring(0, credential.length() - 2) + "xx").statusCode(401);
        UUID run = lab.queue();
        Leases.Held held = lab.started(run);
        assertThat(lab.text("select key from device where id = ?", held.device()))
                .isEqualTo("GPU-joined");
        String id = credential.split("\\.")[1];
        given().delete("/api/v1/credentials/" + id).then().statusCode(204);
        Leases.await(() -> lab.state(run).equals("QUEUED"));
        assertThat(lab.attempt(held)).isEqualTo("LOST");
        register(credential).statusCode(401).body("code", equalTo("REVOKED"));
        assertThat(statements.number(
                        "select count(*) from worker where id = ? and left_at is not null", UUID.fromString(worker)))
                .isOne();
        given().delete("/api/v1/credentials/" + UUID.randomUUID()).then().statusCode(404);
    }

    @Test
    void anOldTokenIsOver() {
        String token = given().contentType("application/json")
                .body("{}")
                .post("/api/v1/credentials")
                .then()
                .statusCode(200)
                .extract()
                .path("token");
        statements.change(
                "update credential set expires_at = now() where id = ?", UUID.fromString(token.split("\\.")[1]));
        join(token).statusCode(401).body("code", equalTo("ENROLMENT_OVER"));
        given().contentType("application/json")
                .body("{\"minutes\": 0}")
                .post("/api/v1/credentials")
                .then()
                .statusCode(422)
                .body("field", equalTo("minutes"));
    }
}
