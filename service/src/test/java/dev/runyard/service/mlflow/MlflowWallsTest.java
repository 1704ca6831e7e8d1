package dev.runyard.service.mlflow;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;

import dev.runyard.service.auth.People;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The walls between projects hold for MLflow's protocol, whose ids stand in bodies and queries. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowWallsTest {
    private static final String API = "/api/2.0/mlflow/";

    @Inject
    Lab lab;

    @Inject
    People people;

    private final String project = "mlflow-" + UUID.randomUUID();
    private String researcher;
    private String experiment;
    private String run;

    @BeforeEach
    void aRunOfAResearcher() {
        people.project(project);
        researcher = member(project, "RESEARCHER");
        experiment = post(researcher, "experiments/create", "{\"name\": \"e-" + project + "\"}")
                .path("experiment_id");
        run = post(researcher, "runs/create", "{\"experiment_id\": \"" + experiment + "\"}")
                .path("run.info.run_id");
        assertThat(log(researcher)).isEqualTo(200);
        assertThat(upload(researcher)).isEqualTo(200);
    }

    private String member(String of, String role) {
        UUID account = people.account(role.toLowerCase(java.util.Locale.ROOT) + "-" + UUID.randomUUID());
        people.member(of, account, role);
        return people.token(account, "WRITE");
    }

    private static Response post(String token, String path, String body) {
        return given().header("Authorization", "Bearer " + token)
                .contentType("application/json")
                .body(body)
                .post(API + path);
    }

    private static Response get(String token, String path, Map<String, ?> query) {
        return given().header("Authorization", "Bearer " + token)
                .queryParams(query)
                .get(path.startsWith("/") ? path : API + path);
    }

    private int log(String token) {
        return post(
                        token,
                        "runs/log-batch",
                        "{\"run_id\": \"" + run + "\", \"metrics\": [{\"key\": \"m\", \"value\": 1, \"timestamp\": 1}],"
                                + " \"params\": [{\"key\": \"p\", \"value\": \"1\"}], \"tags\": [{\"key\": \"t\", \"value\": \"1\"}]}")
                .statusCode();
    }

    private int upload(String token) {
        return given().header("Authorization", "Bearer " + token)
                .contentType("application/octet-stream")
                .body(new byte[] {1, 2})
                .put("/api/2.0/mlflow-artifacts/artifacts/" + experiment + "/" + run + "/artifacts/a.bin")
                .statusCode();
    }

    @Test
    void aStrangerFindsNothingOfIt() {
        String other = "other-" + UUID.randomUUID();
        people.project(other);
        String stranger = member(other, "MAINTAINER");
        Map<String, String> id = Map.of("run_id", run);
        String file = "/api/2.0/mlflow-artifacts/artifacts/" + experiment + "/" + run + "/artifacts/a.bin";
        assertThat(get(stranger, "runs/get", id).statusCode()).isEqualTo(404);
        assertThat(get(stranger, "metrics/get-history", Map.of("run_id", run, "metric_key", "m"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(get(stranger, "metrics/get-history-bulk", Map.of("run_id", run, "metric_key", "m"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(get(stranger, "metrics/get-history-bulk-interval", Map.of("run_ids", run, "metric_key", "m"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(get(stranger, "/get-artifact", Map.of("run_id", run, "path", "a.bin"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(post(stranger, "upload-artifact?run_uuid=" + run + "&path=b.bin", "mine")
                        .statusCode())
                .isEqualTo(404);
        post(stranger, "experiments/search-datasets", "{\"experiment_ids\": [\"" + experiment + "\"]}")
                .then()
                .statusCode(200)
                .body("dataset_summaries", empty());
        assertThat(get(stranger, "artifacts/list", id).statusCode()).isEqualTo(404);
        assertThat(get(stranger, file, Map.of()).statusCode()).isEqualTo(404);
        assertThat(get(
                                stranger,
                                "/api/2.0/mlflow-artifacts/artifacts",
                                Map.of("path", experiment + "/" + run + "/artifacts"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(get(stranger, "experiments/get", Map.of("experiment_id", experiment))
                        .statusCode())
                .isEqualTo(404);
        assertThat(get(stranger, "experiments/get-by-name", Map.of("experiment_name", "e-" + project))
                        .statusCode())
                .isEqualTo(404);
        post(stranger, "runs/search", "{\"experiment_ids\": [\"" + experiment + "\"]}")
                .then()
                .statusCode(200)
                .body("runs", empty());
        post(stranger, "experiments/search", "{\"filter\": \"name = 'e-" + project + "'\"}")
                .then()
                .statusCode(200)
                .body("experiments", empty());
        String body = "{\"run_id\": \"" + run + "\", \"key\": \"k\", \"value\": \"1\", \"status\": \"FAILED\"}";
        for (String path : new String[] {
            "runs/update", "runs/delete", "runs/restore", "runs/log-parameter", "runs/set-tag", "runs/delete-tag"
        }) {
            assertThat(post(stranger, path, body).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(log(stranger)).isEqualTo(404);
        assertThat(upload(stranger)).isEqualTo(404);
        String about =
                "{\"experiment_id\": \"" + experiment + "\", \"new_name\": \"mine\", \"key\": \"k\", \"value\": \"v\"}";
        for (String path : new String[] {
            "experiments/update",
            "experiments/delete",
            "experiments/restore",
            "experiments/set-experiment-tag",
            "experiments/delete-experiment-tag",
            "runs/create"
        }) {
            assertThat(post(stranger, path, about).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(lab.column("select state from run where id = ?", UUID.fromString(run)))
                .containsExactly("RUNNING");
    }

    @Test
    void insideAProjectARoleDoesWhatItMay() {
        String viewer = member(project, "VIEWER");
        String colleague = member(project, "RESEARCHER");
        String maintainer = member(project, "MAINTAINER");
        for (String member : new String[] {viewer, colleague, maintainer, researcher}) {
            post(member, "runs/search", "{\"experiment_ids\": [\"" + experiment + "\"]}")
                    .then()
                    .body("runs", hasSize(1));
            assertThat(get(member, "runs/get", Map.of("run_id", run)).statusCode())
                    .isEqualTo(200);
        }
        assertThat(log(viewer)).isEqualTo(403);
        assertThat(upload(viewer)).isEqualTo(403);
        assertThat(log(colleague)).isEqualTo(403);
        assertThat(upload(colleague)).isEqualTo(403);
        assertThat(post(colleague, "runs/update", "{\"run_id\": \"" + run + "\", \"status\": \"FAILED\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(post(colleague, "runs/delete", "{\"run_id\": \"" + run + "\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(log(maintainer)).isEqualTo(200);
        assertThat(upload(maintainer)).isEqualTo(200);
        assertThat(post(colleague, "runs/create", "{\"experiment_id\": \"" + experiment + "\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post(researcher, "runs/update", "{\"run_id\": \"" + run + "\", \"status\": \"FINISHED\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post(researcher, "runs/delete", "{\"run_id\": \"" + run + "\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post(researcher, "runs/restore", "{\"run_id\": \"" + run + "\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(lab.number("select count(*) from audit where object = ? and who like 'researcher-%'", run))
                .isPositive();
    }

    @Test
    void whoeverIsInSeveralProjectsNamesOneAsTheUserName() {
        String second = "second-" + UUID.randomUUID();
        people.project(second);
        UUID account = people.account("both-" + UUID.randomUUID());
        people.member(project, account, "RESEARCHER");
        people.member(second, account, "RESEARCHER");
        String token = people.token(account, "WRITE");
        String name = "{\"name\": \"of-" + second + "\"}";
        assertThat(post(token, "experiments/create", name).statusCode()).isEqualTo(400);
        given().auth()
                .preemptive()
                .basic(second, token)
                .contentType("application/json")
                .body(name)
                .post(API + "experiments/create")
                .then()
                .statusCode(200);
        assertThat(lab.column(
                        "select p.name from experiment e join project p on p.id = e.project_id where e.name = ?",
                        "of-" + second))
                .containsExactly(second);
        given().auth()
                .preemptive()
                .basic(second, token)
                .queryParam("run_id", run)
                .get(API + "runs/get")
                .then()
                .statusCode(404);
        given().auth()
                .preemptive()
                .basic(project, token)
                .queryParam("run_id", run)
                .get(API + "runs/get")
                .then()
                .statusCode(200);
        given().auth()
                .preemptive()
                .basic("ada", token)
                .queryParam("run_id", run)
                .get(API + "runs/get")
                .then()
                .statusCode(200);
    }
}
