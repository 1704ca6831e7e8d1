package dev.runyard.service.mlflow;

import static io.restassured.RestAssured.given;

import io.restassured.response.ValidatableResponse;
import java.util.Collection;
import java.util.UUID;

/** Requests as MLflow's clients make them. */
final class MlflowCalls {
    static final String API = "/api/2.0/mlflow/";

    private MlflowCalls() {}

    static ValidatableResponse post(String path, String body) {
        return given().header("User-Agent", "mlflow-python-client/3.17.2")
                .contentType("application/json")
                .body(body)
                .post(API + path)
                .then();
    }

    static ValidatableResponse get(String path, Object... query) {
        var request = given();
        for (int i = 0; i < query.length; i += 2) {
            request.queryParam(
                    query[i].toString(),
                    query[i + 1] instanceof Collection<?> all ? all.toArray() : new Object[] {query[i + 1]});
        }
        return request.get(API + path).then();
    }

    static String experiment() {
        return post("experiments/create", "{\"name\": \"mlflow-" + UUID.randomUUID() + "\"}")
                .statusCode(200)
                .extract()
                .path("experiment_id");
    }

    static String run(String experiment) {
        return run(experiment, "");
    }

    static String run(String experiment, String more) {
        return post(
                        "runs/create",
                        "{\"experiment_id\": \"" + experiment + "\", \"start_time\": 1764190000123, \"tags\": [" + more
                                + "]}")
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
    }

    static void batch(String run, String metrics, String params, String tags) {
        post(
                        "runs/log-batch",
                        "{\"run_id\": \"" + run + "\", \"metrics\": [" + metrics + "], \"params\": [" + params
                                + "], \"tags\": [" + tags + "]}")
                .statusCode(200);
    }

    static String metric(String key, Object value, long millis, long step) {
        return "{\"key\": \"" + key + "\", \"value\": " + value + ", \"timestamp\": " + millis + ", \"step\": " + step
                + "}";
    }

    static String pair(String key, String value) {
        return "{\"key\": \"" + key + "\", \"value\": \"" + value + "\"}";
    }

    static ValidatableResponse sent(String bearer, String path, String body) {
        return given().header("Authorization", bearer)
                .contentType("application/json")
                .body(body)
                .post(API + path)
                .then();
    }
}
