package dev.runyard.service.place;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import dev.runyard.service.auth.People;
import dev.runyard.service.blob.store.KeptBytes;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import dev.runyard.spec.Sha256;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What somebody pushed is had by name, until it is forgotten. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class StoredPlacesTest {
    @Inject
    Lab lab;

    @Inject
    People people;

    @Inject
    KeptBytes kept;

    private final String name = "birds-" + UUID.randomUUID();
    private final String place = "/api/v1/places/dataset/" + name;
    private final byte[] zip = name.getBytes(StandardCharsets.UTF_8);
    private final String sha256 = Sha256.of(zip);
    private final String folder = body(sha256, "a".repeat(64), ", \"id\": \"folder\"");

    private static String body(String sha256, String fingerprint, String id) {
        return "{\"sha256\": \"" + sha256 + "\", \"fingerprint\": \"" + fingerprint + "\"" + id + "}";
    }

    private static ValidatableResponse put(RequestSpecification who, String path, String body) {
        return who.contentType("application/json").body(body).put(path).then();
    }

    private static ValidatableResponse put(String path, String body) {
        return put(given(), "/api/v1/places/" + path, body);
    }

    private static ValidatableResponse sent(RequestSpecification who, byte[] file) {
        return who.contentType("application/octet-stream")
                .body(file)
                .put("/api/v1/artifacts/" + Sha256.of(file))
                .then()
                .statusCode(201);
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private String member(String role) {
        UUID account = people.account(role + "-" + UUID.randomUUID());
        people.member("default", account, role);
        return people.token(account, "WRITE");
    }

    private void sweptLater() {
        lab.sql("update blob set touched_at = now() - interval '2 days' where sha256 = ?", sha256);
        given().post("/api/v1/gc").then().statusCode(200);
    }

    @Test
    void aNameIsThereAfterItsFileAndItsFileStaysWithIt() {
        put("dataset/" + name, folder)
                .statusCode(422)
                .body("code", equalTo("MISSING_BLOB"), "field", equalTo("sha256"));
        sent(given(), zip);
        put("dataset/" + name, folder)
                .statusCode(200)
                .body("need", equalTo("dataset:" + name), "size", equalTo(zip.length), "id", equalTo("folder"));
        sweptLater();
        given().get("/api/v1/artifacts/" + sha256).then().statusCode(200);
        given().get("/api/v1/places").then().statusCode(200).body("need", hasItem("dataset:" + name));
        given().delete(place).then().statusCode(204);
        given().get("/api/v1/places").then().statusCode(200).body("need", not(hasItem("dataset:" + name)));
        given().delete(place).then().statusCode(404);
        sweptLater();
        given().get("/api/v1/artifacts/" + sha256).then().statusCode(404);
        assertThat(lab.column(
                        "select action from audit where kind = 'stored_place' and object = ? order by id",
                        "dataset:" + name))
                .isEqualTo(List.of("INSERT", "DELETE"));
    }

    @Test
    void theSameAgainChangesNothingAndAnotherContentIsRefused() {
        sent(given(), zip);
        String first = put("dataset/" + name, folder).statusCode(200).extract().asString();
        assertThat(put("dataset/" + name, folder).statusCode(200).extract().asString())
                .isEqualTo(first);
        byte[] other = (name + " changed").getBytes(StandardCharsets.UTF_8);
        sent(given(), other);
        put("dataset/" + name, body(Sha256.of(other), "b".repeat(64), ", \"id\": \"folder\""))
                .statusCode(409)
                .body("code", equalTo("NAME_TAKEN"), "detail", containsString("take another name"));
        put("dataset/" + name, body(sha256, "a".repeat(64), ", \"id\": \"eurosat\""))
                .statusCode(409);
        // Equal images, put together by another program: the name means what it meant.
        put("dataset/" + name, body(Sha256.of(other), "a".repeat(64), ", \"id\": \"folder\""))
                .statusCode(200)
                .body("sha256", equalTo(sha256));
    }

    /** Larger than what is read whole whenever it is asked for: only a push looks. */
    @Test
    void aPushMendsWhatIsDamagedOrGone() throws Exception {
        byte[] large = new byte[5 << 20];
        System.arraycopy(zip, 0, large, 0, zip.length);
        String hash = Sha256.of(large);
        String body = body(hash, "a".repeat(64), ", \"id\": \"folder\"");
        sent(given(), large);
        put("dataset/" + name, body).statusCode(200);
        byte[] damaged = large.clone();
        damaged[4 << 20] ^= 1;
        kept.overwrite(hash, damaged);
        given().head("/api/v1/artifacts/" + hash).then().statusCode(200);
        put("dataset/" + name, body)
                .statusCode(422)
                .body("code", equalTo("MISSING_BLOB"), "field", equalTo("sha256"))
                .body("detail", containsString("PUT /api/v1/artifacts/" + hash + " again"));
        // It was set aside, so whoever asks whether to send it again hears that it is missing.
        given().head("/api/v1/artifacts/" + hash).then().statusCode(404);
        given().contentType("application/octet-stream")
                .body(large)
                .put("/api/v1/artifacts/" + hash)
                .then()
                .statusCode(200);
        put("dataset/" + name, body).statusCode(200).body("sha256", equalTo(hash));

        // Gone; and what is sent now are the same images, put together by another program.
        kept.remove(hash);
        byte[] other = (name + " packed otherwise").getBytes(StandardCharsets.UTF_8);
        sent(given(), other);
        String otherwise = body(Sha256.of(other), "a".repeat(64), ", \"id\": \"folder\"");
        put(as(member("VIEWER")), place, otherwise).statusCode(403);
        put("dataset/" + name, otherwise)
                .statusCode(200)
                .body("sha256", equalTo(Sha256.of(other)), "size", equalTo(other.length));
        given().get("/api/v1/places")
                .then()
                .body("find { it.need == 'dataset:" + name + "' }.sha256", equalTo(Sha256.of(other)));
        assertThat(lab.column(
                        "select action from audit where kind = 'stored_place' and object = ? order by id",
                        "dataset:" + name))
                .isEqualTo(List.of("INSERT", "UPDATE"));
        // Another content stays another one, whatever became of the file.
        kept.remove(Sha256.of(other));
        sent(given(), zip);
        put("dataset/" + name, body(sha256, "b".repeat(64), ", \"id\": \"folder\""))
                .statusCode(409)
                .body("code", equalTo("NAME_TAKEN"));
    }

    /** Whose runs they are nobody is told. */
    @Test
    void everybodySeesHowManyOpenRunsNeedIt() {
        sent(given(), zip);
        put("dataset/" + name, folder).statusCode(200).body("openRuns", equalTo(0));
        String project = "elsewhere-" + UUID.randomUUID();
        people.project(project);
        UUID ended = lab.run("RUNNING", project);
        lab.sql("update run set state = 'CANCELLED', ended_at = now() where id = ?", ended);
        for (UUID run : List.of(lab.run("PAUSED", project), ended)) {
            lab.sql("update run set needs = array['dataset:' || ?] where id = ?", name, run);
        }
        as(member("VIEWER"))
                .get("/api/v1/places")
                .then()
                .body("find { it.need == 'dataset:" + name + "' }.openRuns", equalTo(1));
    }

    /** A name that is all but that of shipped weights is a slip of the fingers, unless somebody pushed it. */
    @Test
    void whatWasPushedIsNoSlipAndNothingToWaitFor() {
        String near = "small-vitt";
        String run =
                "{\"experiment\": \"slip\", \"spec\": {\"dataset\": {\"id\": \"shapes\"}, \"backbone\": {\"weights\": \"%s\"}}}";
        submitted(run.formatted(near))
                .statusCode(422)
                .body("code", equalTo("UNKNOWN_NAME"), "field", equalTo("backbone.weights"))
                .body("detail", containsString("did you mean \"small-vit\"?"));
        sent(given(), zip);
        put("weights/" + near, body(sha256, sha256, "")).statusCode(200);
        try {
            assertThat(waiting(queued(run.formatted(near)))).doesNotContain(near);
            submitted(run.formatted("small-clipp")).statusCode(422).body("code", equalTo("UNKNOWN_NAME"));
        } finally {
            lab.sql("update run set state = 'CANCELLED', ended_at = now() where 'weights:' || ? = any (needs)", near);
            given().delete("/api/v1/places/weights/" + near).then().statusCode(204);
        }
    }

    @Test
    void aRunWaitsForANameUntilItIsPushed() throws Exception {
        String host = "h-" + UUID.randomUUID();
        lab.sql(
                "insert into device (host, key, kind, name, memory_bytes, slots, places) values (?, 'cpu', 'cpu', 'c', 1, 1, '{}')",
                host);
        String run = queued("{\"experiment\": \"slip\", \"spec\": {\"dataset\": {\"name\": \"" + name + "\"}}}");
        try {
            assertThat(waiting(run))
                    .startsWith("no host has data set \"" + name + "\" (")
                    .contains("none offers it; push it or add it to data.yaml");
            sent(given(), zip);
            put("dataset/" + name, folder).statusCode(200);
            long end = System.nanoTime() + 10_000_000_000L;
            // What was said serves for a while.
            while (waiting(run).contains(name) && System.nanoTime() < end) {
                Thread.sleep(50);
            }
            assertThat(waiting(run)).doesNotContain(name);
        } finally {
            lab.sql("update run set state = 'CANCELLED', ended_at = now() where id = ?", UUID.fromString(run));
            lab.sql("delete from device where host = ?", host);
        }
    }

    private static ValidatableResponse submitted(String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/api/v1/runs")
                .then();
    }

    private static String queued(String body) {
        return submitted(body).statusCode(201).extract().path("id");
    }

    private static String waiting(String run) {
        return String.valueOf((Object) given().get("/api/v1/runs/" + run)
                .then()
                .statusCode(200)
                .extract()
                .path("waiting"));
    }

    @Test
    void whoPushedItForgetsItAndAnAdministratorWhileNoRunNeedsIt() {
        String researcher = member("RESEARCHER");
        sent(as(researcher), zip);
        put(as(member("VIEWER")), place, folder).statusCode(403);
        put(as(member("RESEARCHER")), place, folder).statusCode(422).body("code", equalTo("MISSING_BLOB"));
        put(as(researcher), place, folder).statusCode(200);
        as(member("VIEWER")).delete(place).then().statusCode(403);
        as(member("MAINTAINER"))
                .delete(place)
                .then()
                .statusCode(403)
                .body("code", equalTo("NOT_YOURS"), "detail", containsString("RESEARCHER-"));
        String project = "elsewhere-" + UUID.randomUUID();
        people.project(project);
        UUID run = lab.run("PAUSED", project);
        lab.sql("update run set needs = array['dataset:' || ?] where id = ?", name, run);
        as(researcher)
                .delete(place)
                .then()
                .statusCode(409)
                .body("code", equalTo("PLACE_IN_USE"), "detail", containsString("1 run that is not over needs"));
        lab.sql("update run set state = 'CANCELLED', ended_at = now() where id = ?", run);
        UUID sweep = UUID.randomUUID();
        lab.sql(
                "insert into sweep (id, project_id, experiment_id, name, state, spec, total, created, parallel, priority, created_by)"
                        + " select ?, project_id, experiment_id, 's', 'PAUSED', '{}', 9, 1, 1, 0, 't' from run where id = ?",
                sweep,
                run);
        lab.sql("update run set sweep_id = ?, sweep_index = 0 where id = ?", sweep, run);
        as(researcher)
                .delete(place)
                .then()
                .statusCode(409)
                .body("code", equalTo("PLACE_IN_USE"), "detail", containsString("1 sweep that is not over needs"));
        lab.sql("update sweep set state = 'CANCELLED' where id = ?", sweep);
        as(researcher).delete(place).then().statusCode(204);
        put(as(researcher), place, folder).statusCode(200);
        given().delete(place).then().statusCode(204);
    }

    /** Whoever signs in has an account; what is the lab's is for those whom a project took in. */
    @Test
    void anAccountInNoProjectSeesNothingOfIt() {
        sent(given(), zip);
        put("dataset/" + name, folder).statusCode(200);
        as(member("VIEWER")).get("/api/v1/places").then().body("need", hasItem("dataset:" + name));
        as(member("VIEWER")).get("/api/v1/artifacts/" + sha256).then().statusCode(200);
        String stranger = people.token(people.account("nobody-" + UUID.randomUUID()), "WRITE");
        as(stranger).get("/api/v1/places").then().statusCode(200).body("size()", equalTo(0));
        as(stranger).get("/api/v1/artifacts/" + sha256).then().statusCode(404);
    }

    /** A name means the same in every project; what is behind it is for every run that says it. */
    @Test
    void anAttemptOfAnyProjectHasTheFileByItsName() {
        String researcher = member("RESEARCHER");
        sent(as(researcher), zip);
        String project = "elsewhere-" + UUID.randomUUID();
        people.project(project);
        UUID run = lab.run("RUNNING", project);
        String attempt = lab.bearer(run, 1);
        given().header("Authorization", attempt)
                .get("/api/v1/artifacts/" + sha256)
                .then()
                .statusCode(404);
        put(as(researcher), place, folder).statusCode(200);
        given().header("Authorization", attempt)
                .header("Range", "bytes=3-")
                .get("/api/v1/artifacts/" + sha256)
                .then()
                .statusCode(206)
                .body(equalTo(name.substring(3)));
    }

    @Test
    void aHostThatMeansAnotherContentByTheNameIsInConflict() {
        sent(given(), zip);
        put("dataset/" + name, folder).statusCode(200);
        String host = "h-" + UUID.randomUUID();
        lab.sql(
                "insert into device (host, key, kind, name, memory_bytes, slots, places) values (?, 'cpu', 'cpu', 'c', 1, 1,"
                        + " jsonb_build_object('dataset:' || ?, ?))",
                host,
                name,
                "c".repeat(64));
        given().get("/api/v1/devices")
                .then()
                .body(
                        "find { it.host == '" + host + "' }.conflicts",
                        equalTo(List.of("dataset:" + name + " is something else on the lab, where it was pushed")));
        lab.sql(
                "update device set places = jsonb_build_object('dataset:' || ?, ?) where host = ?",
                name,
                "a".repeat(64),
                host);
        given().get("/api/v1/devices").then().body("find { it.host == '" + host + "' }.conflicts", equalTo(null));
    }

    @Test
    void wrongInputNamesFieldValueAndRemedy() {
        sent(given(), zip);
        put("dataset/" + name, body(sha256, "a".repeat(64), ""))
                .statusCode(422)
                .body("field", equalTo("id"), "detail", containsString("folder"));
        put("dataset/" + name, body(sha256, "a".repeat(64), ", \"id\": \"shapes\""))
                .statusCode(422)
                .body("field", equalTo("id"));
        put("weights/" + name, body(sha256, sha256, ", \"id\": \"folder\""))
                .statusCode(422)
                .body("field", equalTo("id"));
        put("weights/" + name, body(sha256, "a".repeat(64), ""))
                .statusCode(422)
                .body("field", equalTo("fingerprint"), "detail", containsString(sha256));
        put("models/" + name, folder).statusCode(404);
        put("weights/.." + name, body(sha256, sha256, "")).statusCode(422).body("field", equalTo("name"));
        put("weights/small-vit", body(sha256, sha256, "")).statusCode(422).body("field", equalTo("name"));
        put("weights/" + name, "{\"sha256\": \"x\"}").statusCode(422).body("field", equalTo("sha256"));
        put("weights/" + name, "{\"sha256\": \"" + sha256 + "\"}")
                .statusCode(422)
                .body("field", equalTo("fingerprint"));
        put("weights/" + name, "[]").statusCode(422);
        assertThat(lab.column("select id from stored_place where id like '%' || ?", name))
                .isEqualTo(List.of());
    }
}
