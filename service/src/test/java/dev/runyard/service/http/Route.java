package dev.runyard.service.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A route of the service.
 *
 * @param path as the OpenAPI document writes it, or a path to send
 */
public record Route(String method, String path) {
    /** Every route of the OpenAPI document. */
    public static List<Route> documented() throws IOException {
        JsonNode document = new ObjectMapper()
                .readTree(given().get("/q/openapi?format=json").asString());
        List<Route> routes = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (!method.equals("parameters")) {
                        routes.add(new Route(method.toUpperCase(Locale.ROOT), path.getKey()));
                    }
                }));
        assertThat(routes).hasSizeGreaterThan(20);
        return routes;
    }
}
