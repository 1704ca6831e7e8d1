package dev.runyard.service.experiment;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;

/** Views are kept by name and shared. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class ViewResourceTest {
    private static ValidatableResponse send(String method, String path, String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .request(method, "/api/v1/views" + path)
                .then();
    }

    @Test
    void oneViewOfAnExperimentIsTheFirst() {
        String view =
                "{\"name\": \"%s\", \"page\": \"runs\", \"experiment\": \"firsts\", \"address\": \"\", \"first\": %s}";
        String one = send("POST", "", view.formatted("one", true))
                .statusCode(201)
                .body("first", equalTo(true))
                .extract()
                .path("id");
        String two = send("POST", "", view.formatted("two", false)).extract().path("id");
        send("PUT", "/" + two, view.formatted("two", true)).statusCode(200).body("first", equalTo(true));
        given().get("/api/v1/views")
                .then()
                .body("findAll { it.experiment == 'firsts' && it.first }.id", equalTo(java.util.List.of(two)));
        send("PUT", "/" + one, view.formatted("one", true)).statusCode(200);
        given().get("/api/v1/views")
                .then()
                .body("findAll { it.experiment == 'firsts' && it.first }.id", equalTo(java.util.List.of(one)));
    }

    @Test
    void aViewIsMadeListedChangedAndDeleted() {
        String id = send("POST", "", "{\"name\": \"mine\", \"page\": \"runs\", \"address\": \"filter=a&sort=-b\"}")
                .statusCode(201)
                .body("createdBy", equalTo(System.getProperty("user.name")))
                .body("changedAt", notNullValue())
                .extract()
                .path("id");
        send("POST", "", "{\"name\": \"mine\", \"page\": \"runs\", \"address\": \"x\"}")
                .statusCode(409)
                .body("code", equalTo("NAME_TAKEN"));
        send("POST", "", "{\"name\": \"mine\", \"page\": \"runs\", \"experiment\": \"e\", \"address\": \"x\"}")
                .statusCode(201);
        given().queryParam("page", "runs")
                .get("/api/v1/views")
                .then()
                .statusCode(200)
                .body("id", hasItem(id));
        given().queryParam("page", "sweep").get("/api/v1/views").then().body("id", not(hasItem(id)));
        send("PUT", "/" + id, "{\"name\": \"renamed\", \"page\": \"runs\", \"address\": \"sort=c\"}")
                .statusCode(200)
                .body("name", equalTo("renamed"))
                .body("address", equalTo("sort=c"));
        send("DELETE", "/" + id, "").statusCode(204);
        send("DELETE", "/" + id, "").statusCode(404);
        for (String bad : new String[] {
            "{\"name\": \"\", \"page\": \"runs\", \"address\": \"\"}",
            "{\"name\": \"a\", \"page\": \"RUNS\", \"address\": \"\"}",
            "{\"name\": \"a\", \"page\": \"runs\", \"address\": \"" + "x".repeat(17_000) + "\"}",
            "{\"name\": \"a\", \"page\": \"runs\"}"
        }) {
            send("POST", "", bad).statusCode(422);
        }
    }
}
