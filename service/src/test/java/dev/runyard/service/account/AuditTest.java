package dev.runyard.service.account;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.service.auth.People;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every change of a person is written down with it, none without it, and nobody rewrites what is written. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class AuditTest {
    @Inject
    Lab lab;

    @Inject
    People people;

    private final String project = "audit-" + UUID.randomUUID();

    @Test
    void aChangeAndItsLineAreOne() {
        String other = "other-" + UUID.randomUUID();
        given().contentType("application/json")
                .body("{\"name\":\"" + project + "\"}")
                .post("/api/v1/projects")
                .then()
                .statusCode(201);
        people.project(other);
        String name = "ann-" + UUID.randomUUID();
        UUID account = people.account(name);
        people.member(project, account, "MAINTAINER");
        UUID stranger = people.account("dan-" + UUID.randomUUID());
        people.member(other, stranger, "MAINTAINER");
        assertThat(lab.column(
                        "select request from audit where kind = 'project' and project_id = (select id from project where name = ?)",
                        project))
                .containsExactly("POST /api/v1/projects");
        String bearer = "Bearer " + people.token(account, "WRITE");
        String run = given().header("Authorization", bearer)
                .header("X-Runyard-User", "somebody else")
                .contentType("application/json")
                .body("{\"experiment\":\"audited\",\"spec\":{\"dataset\":{\"id\":\"shapes\"}}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        given().header("Authorization", bearer)
                .contentType("application/json")
                .body("{\"name\":\"new name\"}")
                .patch("/api/v1/runs/" + run)
                .then()
                .statusCode(200);
        // Refused in the middle: nothing happened, and nothing is told.
        given().header("Authorization", bearer)
                .contentType("application/json")
                .body("{\"name\":\"x\",\"experiment\":\"\"}")
                .patch("/api/v1/runs/" + run)
                .then()
                .statusCode(422);
        List<String> lines = lab.column(
                "select action || ' ' || who || ' ' || (before is not null) || ' ' || (after is not null)"
                        + " from audit where kind = 'run' and object = ? order by id",
                run);
        assertThat(lines).containsExactly("INSERT " + name + " false true", "UPDATE " + name + " true true");
        assertThat(lab.column("select created_by from run where id = ?", UUID.fromString(run)))
                .containsExactly(name);
        // What workers do is no person's change.
        lab.sql("update run set attempt = 1, state = 'RUNNING' where id = ?", UUID.fromString(run));
        lab.send(UUID.fromString(run), 1, Lab.point("train/loss", 1, 0.5)).statusCode(200);
        assertThat(lab.number("select count(*) from audit where kind = 'run' and object = ?", run))
                .isEqualTo(2);
        String told = given().header("Authorization", bearer)
                .get("/api/v1/audit")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(told).contains(run);
        assertThat(given().header("Authorization", "Bearer " + people.token(stranger, "WRITE"))
                        .get("/api/v1/audit")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .doesNotContain(run, name);
        assertThat(given().get("/api/v1/audit?who=" + name)
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .contains(run);
    }

    @Test
    void nobodyRewritesIt() {
        for (String sql : List.of("delete from audit", "update audit set who = 'x'", "truncate audit")) {
            for (String role : List.of("", "set role runyard_person; ")) {
                assertThatThrownBy(() -> lab.sql(role + sql))
                        .as(role + sql)
                        .hasStackTraceContaining("permission denied for table audit");
            }
        }
    }
}
