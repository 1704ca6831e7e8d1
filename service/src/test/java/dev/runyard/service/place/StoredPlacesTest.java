package dev.runyard.service.place;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import dev.runyard.service.auth.People;
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
