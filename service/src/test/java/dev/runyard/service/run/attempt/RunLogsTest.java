package dev.runyard.service.run.attempt;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RunLogsTest {
    @Inject
    Lab lab;

    @Test
    void theEndOfTheLogComesInTheOrderPrinted() {
        UUID run = lab.run("RUNNING");
        String logs = "/api/v1/runs/" + run + "/logs";
        given().get(logs + "?last=3").then().statusCode(200).body("items.size()", equalTo(0));
        given().header("Authorization", lab.bearer(run, 1))
                .contentType(ContentType.JSON)
                .body("{\"from\": 0, \"lines\": [" + line("a") + "," + line("b") + "," + line("c") + "]}")
                .post("/api/v1/runs/" + run + "/attempts/1/logs")
                .then()
                .statusCode(200);
        given().get(logs + "?last=2").then().body("items.line", equalTo(List.of("b", "c")));
        given().get(logs + "?last=9").then().body("items.line", equalTo(List.of("a", "b", "c")));
        given().get(logs + "?last=0").then().statusCode(422).body("field", equalTo("last"));
        given().get("/api/v1/runs/" + UUID.randomUUID() + "/logs?last=1").then().statusCode(404);
    }

    private static String line(String text) {
        return "{\"time\": \"2026-01-01T00:00:00Z\", \"line\": \"" + text + "\"}";
    }
}
