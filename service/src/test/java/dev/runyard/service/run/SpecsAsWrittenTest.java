package dev.runyard.service.run;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.auth.Tokens;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunSpec;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a person wrote is what is stored, sent to workers and known by its first hash; defaults are shown, and never stored in it. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class SpecsAsWrittenTest {
    private static final String WRITTEN = "{\"dataset\":{\"id\":\"shapes\"},\"seed\":3}";

    @Inject
    Statements statements;

    @Inject
    Tokens tokens;

    private static UUID queue(String experiment) {
        return UUID.fromString(given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"" + experiment
                        + "\", \"spec\": {\"seed\": 3, \"pretrain\": null, \"dataset\": {\"id\": \"shapes\"}}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id"));
    }

    /** The row of a run as release 0.1.0 made it: with every default, under the hash of that. */
    private UUID of010(String experiment) {
        UUID id = queue(experiment);
        String whole = Json.canonical(Json.mapper().valueToTree(Json.read(WRITTEN, RunSpec.class)));
        statements.change(
                "update run set spec = cast(? as jsonb), spec_hash = ? where id = ?", whole, "hash-of-0.1.0", id);
        return id;
    }

    @Test
    void aRunIsStoredAsItWasWrittenAndShownWithWhatActs() {
        UUID id = queue("written");
        assertThat(stored(id)).isEqualTo(WRITTEN);
        given().get("/api/v1/runs/" + id)
                .then()
                .body("document", equalTo(Map.of("dataset", Map.of("id", "shapes"), "seed", 3)))
                .body("specHash", equalTo(Sha256.of(WRITTEN)))
                .body("spec.batchSize", equalTo(128))
                .body("specFault", nullValue());
    }

    @Test
    void aWorkerGetsTheStoredDocumentUnderItsFirstHash() {
        JsonPath fresh = start(queue("started"));
        assertThat(fresh.getMap("spec")).isEqualTo(Map.of("dataset", Map.of("id", "shapes"), "seed", 3));
        assertThat(fresh.getString("specHash")).isEqualTo(Sha256.of(WRITTEN));
        assertThat(fresh.getInt("specVersion")).isEqualTo(1);

        UUID id = of010("started");
        JsonPath old = start(id);
        assertThat(stored(id)).contains("\"batchSize\":128");
        assertThat(old.getInt("spec.batchSize")).isEqualTo(128);
        assertThat(old.getString("specHash")).isEqualTo("hash-of-0.1.0");
    }

    @Test
    void defaultsAreFilteredAndSortedBy() {
        UUID fresh = queue("filtered");
        UUID old = of010("filtered");
        for (String filter : new String[] {"params.batchSize=128", "params.method.kind=pgn", "params.seed=3"}) {
            given().queryParam("experiment", "filtered")
                    .queryParam("filter", filter)
                    .queryParam("sort", "-params.batchSize")
                    .get("/api/v1/runs")
                    .then()
                    .statusCode(200)
                    .body("items.id", hasItem(fresh.toString()))
                    .body("items.id", hasItem(old.toString()));
        }
    }

    @Test
    void aStoredSpecThatNoLongerParsesHarmsItselfOnly() {
        UUID whole = queue("broken");
        UUID broken = queue("broken");
        statements.change(
                "update run set spec = '{\"dataset\": {\"id\": \"gone\"}, \"colour\": 1}' where id = ?", broken);
        given().queryParam("experiment", "broken")
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .body("items.id", hasItem(whole.toString()))
                .body("items.find { it.id == '" + broken + "' }.spec.colour", equalTo(1))
                .body("items.find { it.id == '" + broken + "' }.specFault", not(nullValue()))
                .body("items.find { it.id == '" + whole + "' }.specFault", nullValue());
        given().get("/api/v1/runs/" + broken)
                .then()
                .statusCode(200)
                .body("document.dataset.id", equalTo("gone"))
                .body("specFault", containsString("gone"));
        assertThat(start(broken).getInt("spec.colour")).isEqualTo(1);
    }

    private String stored(UUID id) {
        return statements
                .row("select spec from run where id = ?", r -> Json.canonical(Json.tree(r.getString(1))), id)
                .orElseThrow();
    }

    /** What a worker is told that takes the run up; the scheduler is passed by. */
    private JsonPath start(UUID run) {
        UUID worker = statements
                .row(
                        "insert into worker (host, pid, version) values ('specs', 1, 't') returning id",
                        r -> r.getObject(1, UUID.class))
                .orElseThrow();
        UUID device = statements
                .row(
                        "insert into device (host, key, kind, name, memory_bytes, slots, worker_id, drained)"
                                + " values (?, 'cpu', 'cpu', 'x', 1, 1, ?, true) returning id",
                        r -> r.getObject(1, UUID.class),
                        "specs-" + run,
                        worker)
                .orElseThrow();
        statements.change("update run set state = 'STARTING', attempt = 1 where id = ?", run);
        statements.change(
                "insert into attempt (run_id, attempt, device_id, worker_id, state) values (?, 1, ?, ?, 'STARTING')",
                run,
                device,
                worker);
        statements.change(
                "insert into lease (run_id, attempt, device_id, slot, expires_at) values (?, 1, ?, 0, now() + interval '1 minute')",
                run,
                device);
        return given().header("Authorization", "Bearer " + tokens.worker(worker))
                .contentType(ContentType.JSON)
                .body(Map.of("device", device.toString()))
                .post("/api/v1/runs/" + run + "/attempts/1/start")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
