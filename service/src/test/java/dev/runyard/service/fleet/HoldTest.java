package dev.runyard.service.fleet;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.auth.People;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A person works on a device by hand: within the quotas, until they let go. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class HoldTest {
    @Inject
    Leases leases;

    @Inject
    Lab lab;

    @Inject
    People people;

    private final String project = "hold-" + UUID.randomUUID();

    @AfterEach
    void clear() {
        lab.sql("update device set held_until = null, held_by = null, held_project = null");
        leases.clear();
    }

    private String member(String name, String role) {
        UUID account = people.account(name);
        people.member(project, account, role);
        return people.token(account, "WRITE");
    }

    private static RequestSpecification by(String token) {
        return given().header("Authorization", "Bearer " + token)
                .contentType("application/json")
                .body("{\"minutes\":5}");
    }

    @Test
    void maintainersDealOutWithinTheirProjectAndNoFurther() {
        people.project(project);
        String other = "other-" + UUID.randomUUID();
        people.project(other);
        String hers = member("keeper-" + UUID.randomUUID(), "MAINTAINER");
        share(hers, project, "bob", 200);
        share(hers, project, null, 403);
        share(hers, other, "bob", 422);
        share(member("plain-" + UUID.randomUUID(), "RESEARCHER"), project, "bob", 403);
    }

    private static void share(String token, String project, String account, int status) {
        String who = account == null ? "" : ",\"account\":\"" + account + "\"";
        given().header("Authorization", "Bearer " + token)
                .contentType("application/json")
                .body("{\"project\":\"" + project + "\",\"slots\":3" + who + "}")
                .put("/api/v1/shares")
                .then()
                .statusCode(status);
    }

    @Test
    void aHoldTakesItsSlotsOfTheQuotaAndWhoHoldsLetsGo() {
        people.project(project);
        String ann = "ann-" + UUID.randomUUID();
        String hers = member(ann, "RESEARCHER");
        String his = member("bob-" + UUID.randomUUID(), "RESEARCHER");
        UUID first = leases.device("hold-1");
        UUID second = leases.device("hold-2");
        lab.sql(
                "insert into share (project_id, account, weight, slots, changed_by) select id, ?, 1, 1, 'test' from project"
                        + " where name = ?",
                ann,
                project);
        String path = "/api/v1/devices/";
        by(hers).post(path + first + "/hold").then().statusCode(200).body("heldBy", equalTo(ann));
        // Longer is not more.
        by(hers).post(path + first + "/hold").then().statusCode(200);
        by(hers).post(path + second + "/hold")
                .then()
                .statusCode(409)
                .body("code", equalTo("QUOTA"))
                .body("detail", containsString("1 of 1 slots"));
        by(his).post(path + second + "/hold").then().statusCode(200);
        given().header("Authorization", "Bearer " + his)
                .delete(path + first + "/hold")
                .then()
                .statusCode(409)
                .body("code", equalTo("NOT_HELD"));
        given().header("Authorization", "Bearer " + hers)
                .delete(path + first + "/hold")
                .then()
                .statusCode(200)
                .body("state", equalTo("FREE"));
        lab.sql("update share set slots = 0, account = '' where account = ?", ann);
        by(hers).post(path + first + "/hold")
                .then()
                .statusCode(409)
                .body("detail", containsString("project " + project + " has"));
    }
}
