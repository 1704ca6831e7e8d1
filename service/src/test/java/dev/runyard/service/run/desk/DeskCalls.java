package dev.runyard.service.run.desk;

import static io.restassured.RestAssured.given;

import dev.runyard.service.db.Statements;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.UUID;

/** Requests that keep order among runs, sweeps and experiments, by one person. */
final class DeskCalls {
    private DeskCalls() {}

    static UUID queue(String experiment, String name) {
        return UUID.fromString(given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"%s\", \"name\": \"%s\", \"spec\": {\"dataset\": {\"id\": \"shapes\"}}}"
                        .formatted(experiment, name))
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id"));
    }

    static ValidatableResponse send(String method, String path, String body) {
        return given().contentType(ContentType.JSON)
                .header("X-Runyard-User", "ada")
                .body(body)
                .request(method, "/api/v1" + path)
                .then();
    }

    static List<String> names(String experiment, String... query) {
        var request = given().queryParam("experiment", experiment).queryParam("sort", "name");
        for (int i = 0; i < query.length; i += 2) {
            request = request.queryParam(query[i], query[i + 1]);
        }
        return request.get("/api/v1/runs").then().statusCode(200).extract().path("items.name");
    }

    static void end(Statements statements, UUID run, String state) {
        statements.change(
                "update run set state = ?, ended_at = now(), reason = case when ? = 'FAILED' then 'INTERNAL' end where id = ?",
                state,
                state,
                run);
    }
}
