package dev.runyard.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The document that clients are made from; written where the page's own types are held against it ({@code npm run drift}). */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class OpenApiDocumentTest {
    @Test
    void everyRouteSaysWhatItAnswersAndThatRefusalsAreProblems() throws IOException {
        String text = given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        Path folder = Files.createDirectories(Path.of("target", "openapi"));
        Files.writeString(folder.resolve("openapi.json"), text);
        JsonNode document = new ObjectMapper().readTree(text);
        JsonNode schemas = document.path("components").path("schemas");
        assertThat(schemas.path("JsonNode").has("properties")).isFalse();
        assertThat(schemas.path("ObjectNode").path("type").asText()).isEqualTo("object");
        assertThat(schemas.path("SpecDocument").has("properties")).isFalse();
        assertThat(schemas.path("Axis").path("oneOf")).hasSize(2);
        JsonNode paths = document.path("paths");
        assertThat(paths.size()).isGreaterThan(20);
        paths.properties().forEach(path -> path.getValue().properties().forEach(route -> {
            if (!route.getKey().equals("parameters")) {
                JsonNode responses = route.getValue().path("responses");
                String what = route.getKey() + " " + path.getKey();
                assertThat(responses.has("200") || responses.has("201") || responses.has("204"))
                        .as(what)
                        .isTrue();
                boolean mlflow =
                        path.getKey().contains(".0/mlflow") || path.getKey().equals("/get-artifact");
                String refused = mlflow ? "application/json" : "application/problem+json";
                // Said once for all routes: the types that clients make of it would be three times as long otherwise.
                for (String status : List.of("401", "403", "404", "422", "503")) {
                    String shared = responses.path(status).path("$ref").asText();
                    assertThat(shared).as(what).startsWith("#/components/responses/");
                    assertThat(document.at(shared.substring(1)).path("content").has(refused))
                            .as(what)
                            .isTrue();
                }
            }
        }));
    }
}
