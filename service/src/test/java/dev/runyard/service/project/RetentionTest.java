package dev.runyard.service.project;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.auth.People;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import dev.runyard.spec.Sha256;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a project keeps of its runs' files: as much as it says, more of none that is pinned, and what others say means nothing to it. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RetentionTest {
    @Inject
    Lab lab;

    @Inject
    People people;

    private final String here = "keeps-" + UUID.randomUUID();
    private final String there = "other-" + UUID.randomUUID();

    @Test
    void checkpointsBeyondWhatTheProjectSaysGoAndAPinnedRunsStay() {
        people.project(here);
        people.project(there);
        given().get(route(here)).then().body("last", equalTo(2)).body("best", equalTo(1));
        put(here, "{\"last\": 1, \"best\": 2}")
                .statusCode(200)
                .body("last", equalTo(1))
                .body("best", equalTo(2))
                .body("deletedDays", nullValue());
        UUID thinned = run(here);
        UUID pinned = run(here);
        UUID elsewhere = run(there);
        pin(pinned, true);
        for (UUID run : List.of(thinned, pinned, elsewhere)) {
            for (int step = 0; step < 6; step++) {
                checkpoint(run, step, step < 3);
            }
        }
        assertThat(steps(thinned)).containsExactly(5, 2, 1);
        assertThat(steps(pinned)).containsExactly(5, 4, 3, 2, 1, 0);
        assertThat(steps(elsewhere)).containsExactly(5, 4, 2);

        // Without its pin it is as the others, from its next checkpoint on.
        pin(pinned, false);
        assertThat(steps(pinned)).containsExactly(5, 4, 3, 2, 1, 0);
        checkpoint(pinned, 6, false);
        assertThat(steps(pinned)).containsExactly(6, 2, 1);

        put(here, "{\"last\": 3, \"best\": 0}").statusCode(200);
        given().get(route(there)).then().body("last", equalTo(2)).body("best", equalTo(1));
        checkpoint(thinned, 6, false);
        checkpoint(thinned, 7, true);
        assertThat(steps(thinned)).containsExactly(7, 6, 5);
        put(here, "{}").statusCode(200).body("last", equalTo(2)).body("best", equalTo(1));
        checkpoint(thinned, 8, false);
        checkpoint(thinned, 9, false);
        assertThat(steps(thinned)).containsExactly(9, 8, 7);
    }

    @Test
    void aDeletedRunsFilesGoWhenItsProjectSaysAndThePlanSaysSoBefore() {
        String longer = "longer-" + UUID.randomUUID();
        for (String project : List.of(here, there, longer)) {
            people.project(project);
        }
        put(here, "{\"deletedDays\": 3}").statusCode(200).body("deletedDays", equalTo(3));
        put(longer, "{\"deletedDays\": 60}").statusCode(200);
        UUID old = deleted(here, 4);
        UUID young = deleted(here, 2);
        UUID pinned = deleted(here, 4);
        pin(pinned, true);
        UUID looked = deleted(here, 4);
        lab.sql("update run set of_run = ? where id = ?", looked, lab.run("PAUSED"));
        UUID lab29 = deleted(there, 29);
        UUID lab31 = deleted(there, 31);
        UUID patient = deleted(longer, 31);

        List<UUID> all = List.of(old, young, pinned, looked, lab29, lab31, patient);
        List<Map<String, Object>> parts =
                given().get("/api/v1/gc").then().statusCode(200).extract().path("parts");
        Map<UUID, Object> planned = new java.util.HashMap<>();
        parts.stream().filter(part -> part.get("run") != null).forEach(part -> {
            UUID run = UUID.fromString(String.valueOf(part.get("run")));
            if (all.contains(run)) {
                planned.put(run, part.get("bytes"));
            }
        });
        assertThat(planned).containsOnly(Map.entry(old, bytes(old).length), Map.entry(lab31, bytes(lab31).length));
        given().post("/api/v1/gc").then().statusCode(200);
        for (UUID run : all) {
            boolean gone = planned.containsKey(run);
            assertThat(lab.number("select count(*) from artifact where run_id = ?", run))
                    .as(run.toString())
                    .isEqualTo(gone ? 0 : 1);
            assertThat(steps(run)).hasSize(gone ? 0 : 1);
            given().head("/api/v1/artifacts/" + Sha256.of(bytes(run))).then().statusCode(gone ? 404 : 200);
        }
        given().post("/api/v1/gc").then().body("runs", equalTo(0)).body("files", equalTo(0));
    }

    @Test
    void membersReadAndMaintainersWriteAndItIsWrittenDown() {
        UUID project = people.project(here);
        people.project(there);
        String viewer = member(here, "VIEWER");
        String researcher = member(here, "RESEARCHER");
        String maintainer = member(here, "MAINTAINER");
        String stranger = member(there, "MAINTAINER");
        String wanted = "{\"last\": 7}";
        as(viewer).get(route(here)).then().statusCode(200).body("last", equalTo(2));
        for (String who : List.of(viewer, researcher)) {
            as(who).body(wanted).put(route(here)).then().statusCode(403);
        }
        // Who keeps another project keeps no more of this one for it.
        UUID guest = people.account("guest-" + UUID.randomUUID());
        people.member(there, guest, "MAINTAINER");
        people.member(here, guest, "RESEARCHER");
        as(people.token(guest, "WRITE"))
                .body(wanted)
                .put(route(here))
                .then()
                .statusCode(403)
                .body("code", equalTo("NOT_ALLOWED"));
        as(stranger).get(route(here)).then().statusCode(404);
        as(stranger).body(wanted).put(route(here)).then().statusCode(404);
        as(maintainer).get(route("no-such")).then().statusCode(404);
        assertThat(lab.number("select count(*) from retention where project_id = ?", project))
                .isZero();
        as(maintainer).body(wanted).put(route(here)).then().statusCode(200).body("last", equalTo(7));
        as(viewer).get(route(here)).then().body("last", equalTo(7));
        String audited = "select count(*) from audit where project_id = ? and kind = ? and request like ?";
        assertThat(lab.number(audited, project, "retention", "PUT %")).isEqualTo(1);

        UUID run = run(here);
        as(viewer)
                .body("{\"pinned\": true}")
                .patch("/api/v1/runs/" + run)
                .then()
                .statusCode(403);
        as(researcher)
                .body("{\"pinned\": true}")
                .patch("/api/v1/runs/" + run)
                .then()
                .statusCode(403);
        as(stranger)
                .body("{\"pinned\": true}")
                .patch("/api/v1/runs/" + run)
                .then()
                .statusCode(404);
        as(maintainer)
                .body("{\"pinned\": true}")
                .patch("/api/v1/runs/" + run)
                .then()
                .statusCode(200)
                .body("pinned", equalTo(true));
        assertThat(lab.number(audited, project, "run", "PATCH %")).isEqualTo(1);
    }

    /** Both looked at the same, and each changed something else of it. */
    @Test
    void ofTwoWhoWriteAtOnceOneIsToldThatTheOtherDid() throws Exception {
        UUID project = people.project(here);
        long seen = version();
        assertThat(seen).isZero();
        for (int round = 0; round < 2; round++) {
            String version = ", \"version\": " + seen + "}";
            List<String> asked = List.of("{\"last\": 3" + version, "{\"best\": 4" + version);
            CyclicBarrier together = new CyclicBarrier(asked.size());
            List<CompletableFuture<ValidatableResponse>> answers = asked.stream()
                    .map(body -> CompletableFuture.supplyAsync(() -> {
                        try {
                            together.await(20, TimeUnit.SECONDS);
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                        return put(here, body);
                    }))
                    .toList();
            List<Integer> statuses = new ArrayList<>();
            for (CompletableFuture<ValidatableResponse> answer : answers) {
                ValidatableResponse one = answer.get(20, TimeUnit.SECONDS);
                int status = one.extract().statusCode();
                statuses.add(status);
                if (status == 409) {
                    one.body("code", equalTo("CONFLICT")).body("field", equalTo("version"));
                }
            }
            assertThat(statuses).containsExactlyInAnyOrder(200, 409);
            // The one who was told looks again, and loses nothing of the other's.
            boolean first = statuses.get(0) == 200;
            given().get(route(here)).then().body("last", equalTo(first ? 3 : 2)).body("best", equalTo(first ? 1 : 4));
            assertThat(version()).isGreaterThan(seen);
            seen = version();
        }
        put(here, "{\"last\": 9, \"version\": 0}").statusCode(409);
        put(here, "{\"last\": 9, \"version\": " + seen + "}").statusCode(200);
        put(here, "{\"last\": 8}").statusCode(200).body("last", equalTo(8));
        // Of what nobody said anything there is no such version.
        lab.sql("delete from retention where project_id = ?", project);
        put(here, "{\"last\": 9, \"version\": " + seen + "}").statusCode(409);
        assertThat(version()).isZero();
    }

    private long version() {
        return given().get(route(here))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getLong("version");
    }

    @Test
    void whatIsOutOfRangeIsToldByItsField() {
        people.project(here);
        Map.of(
                        "last", List.of("0", "101", "-1"),
                        "best", List.of("-1", "101"),
                        "deletedDays", List.of("0", "3651"))
                .forEach((field, values) -> values.forEach(value -> put(here, "{\"" + field + "\": " + value + "}")
                        .statusCode(422)
                        .body("code", equalTo("OUT_OF_RANGE"))
                        .body("field", equalTo(field))
                        .body("value", equalTo(value))));
        put(here, "{\"last\": \"two\"}").statusCode(422).body("field", equalTo("last"));
        put(here, "{\"lats\": 2}").statusCode(422).body("field", equalTo("lats"));
        put(here, "[").statusCode(400);
        given().get(route(here)).then().body("last", equalTo(2)).body("best", equalTo(1));
        put(here, "{\"last\": 100, \"best\": 100, \"deletedDays\": 3650}").statusCode(200);
    }

    private static String route(String project) {
        return "/api/v1/projects/" + project + "/retention";
    }

    private static ValidatableResponse put(String project, String body) {
        return given().contentType("application/json")
                .body(body)
                .put(route(project))
                .then();
    }

    private static io.restassured.specification.RequestSpecification as(String token) {
        return given().contentType("application/json").header("Authorization", "Bearer " + token);
    }

    private String member(String project, String role) {
        UUID account = people.account(role.toLowerCase(java.util.Locale.ROOT) + "-" + UUID.randomUUID());
        people.member(project, account, role);
        return people.token(account, "WRITE");
    }

    /** One that a worker trains, of somebody else's than the members above. */
    private UUID run(String project) {
        return lab.run("RUNNING", project);
    }

    private UUID deleted(String project, int days) {
        UUID run = run(project);
        checkpoint(run, 1, true);
        byte[] bytes = bytes(run);
        lab.sql(
                "insert into artifact (run_id, attempt, name, kind, sha256, size) values (?, 1, 'p.safetensors', 'predictions', ?, ?)",
                run,
                Sha256.of(bytes),
                bytes.length);
        lab.sql("update blob set touched_at = now() - interval '2 hours' where sha256 = ?", Sha256.of(bytes));
        lab.sql(
                "update run set state = 'FINISHED', ended_at = now(), deleted_at = now() - make_interval(days => ?) where id = ?",
                days,
                run);
        return run;
    }

    private static void pin(UUID run, boolean pinned) {
        given().contentType("application/json")
                .body("{\"pinned\": " + pinned + "}")
                .patch("/api/v1/runs/" + run)
                .then()
                .statusCode(200)
                .body("pinned", equalTo(pinned));
    }

    private static byte[] bytes(UUID run) {
        return run.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void checkpoint(UUID run, int step, boolean best) {
        byte[] bytes = bytes(run);
        String sha256 = Sha256.of(bytes);
        given().header("Authorization", lab.bearer(run, 1))
                .contentType("application/octet-stream")
                .body(bytes)
                .put("/api/v1/artifacts/" + sha256);
        given().header("Authorization", lab.bearer(run, 1))
                .contentType("application/json")
                .body("{\"step\":" + step + ",\"epoch\":1,\"best\":" + best
                        + ",\"specHash\":\"s\",\"dataHash\":\"d\",\"backboneHash\":\"b\","
                        + "\"files\":[{\"name\":\"state.safetensors\",\"size\":" + bytes.length + ",\"sha256\":\""
                        + sha256
                        + "\"}]}")
                .post("/api/v1/runs/" + run + "/attempts/1/checkpoints")
                .then()
                .statusCode(200);
    }

    private static List<Integer> steps(UUID run) {
        return given().get("/api/v1/runs/" + run + "/checkpoints")
                .then()
                .statusCode(200)
                .extract()
                .path("step");
    }
}
