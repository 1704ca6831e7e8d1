package dev.runyard.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.auth.SignedIn;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Walks every route of the OpenAPI document and the ones beside it: a new route is under the rules, or this fails. */
@QuarkusTest
final class RouteRulesTest {
    @TestHTTPResource
    URI base;

    @Test
    void aForeignHostIsRefusedEverywhere() throws IOException {
        for (Route route : routes()) {
            RawHttp.Answer answer = send(route.method(), route.path(), "evil.com");
            assertThat(answer.status()).as(route.toString()).isEqualTo(421);
            if (!route.method().equals("HEAD")) {
                assertThat(answer.problem().path("code").asText()).isEqualTo("BAD_HOST");
            }
        }
    }

    @Test
    void aForeignPageCanChangeNothing() throws IOException {
        for (Route route : routes()) {
            List<String> methods = List.of("POST", "PUT", "PATCH", "DELETE", "PROPFIND");
            for (String method : methods) {
                for (String header : List.of(
                        "Origin: http://evil.com",
                        "Origin: null",
                        "Sec-Fetch-Site: cross-site",
                        "Sec-Fetch-Site: same-site")) {
                    RawHttp.Answer answer = send(method, route.path(), host(), header);
                    assertThat(answer.status())
                            .as(method + " " + route.path() + " " + header)
                            .isEqualTo(403);
                    assertThat(answer.problem().path("code").asText()).isEqualTo("BAD_ORIGIN");
                }
            }
        }
    }

    @Test
    void aPathHasOneReading() throws IOException {
        for (String path : List.of(
                "//api/v1/runs",
                "/api/v1/runs;x=1",
                "/api/v1/runs%3Bx",
                "/api%2Fv1/runs",
                "/api%5Cv1/runs",
                "/api/v1/../../q/metrics",
                "/api/v1/%2e%2e/runs",
                "/api/v1/%252e%252e/runs",
                "/api/v1/runs/%00")) {
            RawHttp.Answer answer = send("GET", path, host());
            assertThat(answer.status()).as(path).isEqualTo(400);
        }
    }

    @Test
    void everyAnswerCarriesTheSecurityHeaders() throws IOException {
        for (String path : List.of("/api/v1/runs", "/api/v1/nothing", "/q/health", "/q/openapi", "/nothing")) {
            String head = send("GET", path, host()).head().toLowerCase(Locale.ROOT);
            assertThat(head)
                    .as(path)
                    .contains("content-security-policy: default-src 'self'", "x-content-type-options: nosniff")
                    .doesNotContain("access-control-allow");
        }
    }

    @Test
    void whatIsWrongWithARequestIsAProblem() throws IOException {
        String json = "Content-Type: application/json";
        assertProblem(404, send("GET", "/api/v1/nothing", host()));
        assertProblem(404, send("GET", "/api/v1/runs/" + UUID.randomUUID(), host()));
        assertProblem(404, send("GET", "/api/v1/runs/not-an-id", host()));
        assertProblem(405, send("PATCH", "/api/v1/runs", host()));
        assertProblem(406, send("GET", "/api/v1/runs", host(), "Accept: image/png"));
        assertProblem(415, sendBody("/api/v1/runs", "x", "Content-Type: text/plain"));
        assertProblem(400, sendBody("/api/v1/runs", "{\"spec\":", json));
        assertProblem(422, sendBody("/api/v1/runs", "{\"spec\":{\"datset\":{\"id\":\"shapes\"}}}", json));
        assertProblem(413, send("POST", "/api/v1/runs", host(), json, "Content-Length: 99999999"));
        assertProblem(411, send("POST", "/api/v1/runs", host(), json, "Transfer-Encoding: chunked"));
    }

    private static void assertProblem(int status, RawHttp.Answer answer) throws IOException {
        assertThat(answer.status()).as(answer.head() + answer.body()).isEqualTo(status);
        assertThat(answer.head().toLowerCase(Locale.ROOT)).contains("application/problem+json");
        JsonNode problem = answer.problem();
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        for (String member : List.of("title", "detail", "code")) {
            assertThat(problem.path(member).asText()).as(member).isNotEmpty();
        }
    }

    private List<Route> routes() throws IOException {
        List<Route> routes = new ArrayList<>(List.of(
                new Route("GET", "/"),
                new Route("GET", "/runs"),
                new Route("GET", "/assets/x.js"),
                new Route("GET", "/q/health/ready"),
                new Route("GET", "/q/metrics"),
                new Route("GET", "/q/openapi")));
        for (Route route : Route.documented()) {
            routes.add(new Route(
                    route.method(),
                    route.path().replaceAll("\\{[^}]+}", UUID.randomUUID().toString())));
        }
        return routes;
    }

    private String host() {
        return base.getAuthority();
    }

    private RawHttp.Answer sendBody(String path, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: " + body.length());
        all.add(SignedIn.header());
        return RawHttp.exchange(base, "POST", path, host(), body, all);
    }

    private RawHttp.Answer send(String method, String path, String host, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(SignedIn.header());
        return RawHttp.exchange(base, method, path, host, "", all);
    }
}
