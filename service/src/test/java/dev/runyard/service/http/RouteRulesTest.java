package dev.runyard.service.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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

    private record Route(String method, String path) {}

    private record Answer(int status, String head, String body) {
        JsonNode problem() throws IOException {
            return new ObjectMapper().readTree(body);
        }
    }

    @Test
    void aForeignHostIsRefusedEverywhere() throws IOException {
        for (Route route : routes()) {
            Answer answer = send(route.method, route.path, "evil.com");
            assertThat(answer.status).as(route.toString()).isEqualTo(421);
            if (!route.method.equals("HEAD")) {
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
                    Answer answer = send(method, route.path, host(), header);
                    assertThat(answer.status)
                            .as(method + " " + route.path + " " + header)
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
            Answer answer = send("GET", path, host());
            assertThat(answer.status).as(path).isEqualTo(400);
        }
    }

    @Test
    void everyAnswerCarriesTheSecurityHeaders() throws IOException {
        for (String path : List.of("/api/v1/runs", "/api/v1/nothing", "/q/health", "/q/openapi", "/nothing")) {
            String head = send("GET", path, host()).head.toLowerCase(Locale.ROOT);
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

    private static void assertProblem(int status, Answer answer) throws IOException {
        assertThat(answer.status).as(answer.head + answer.body).isEqualTo(status);
        assertThat(answer.head.toLowerCase(Locale.ROOT)).contains("application/problem+json");
        JsonNode problem = answer.problem();
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        for (String member : List.of("title", "detail", "code")) {
            assertThat(problem.path(member).asText()).as(member).isNotEmpty();
        }
    }

    private List<Route> routes() throws IOException {
        JsonNode document = new ObjectMapper()
                .readTree(given().get("/q/openapi?format=json").asString());
        List<Route> routes = new ArrayList<>(List.of(
                new Route("GET", "/"),
                new Route("GET", "/runs"),
                new Route("GET", "/assets/x.js"),
                new Route("GET", "/q/health/ready"),
                new Route("GET", "/q/metrics"),
                new Route("GET", "/q/openapi")));
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (!method.equals("parameters")) {
                        routes.add(new Route(
                                method.toUpperCase(Locale.ROOT),
                                path.getKey()
                                        .replaceAll(
                                                "\\{[^}]+}", UUID.randomUUID().toString())));
                    }
                }));
        assertThat(routes).hasSizeGreaterThan(20);
        return routes;
    }

    private String host() {
        return base.getAuthority();
    }

    private Answer sendBody(String path, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: " + body.length());
        return exchange("POST", path, host(), body, all);
    }

    private Answer send(String method, String path, String host, String... headers) throws IOException {
        return exchange(method, path, host, "", List.of(headers));
    }

    /** By hand: a client library would repair what is to be tested. */
    private Answer exchange(String method, String path, String host, String body, List<String> headers)
            throws IOException {
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(20_000);
            StringBuilder request =
                    new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n");
            headers.forEach(header -> request.append(header).append("\r\n"));
            request.append("\r\n").append(body);
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                StringBuilder head = new StringBuilder();
                int length = 0;
                String line = in.readLine();
                assertThat(line).as(method + " " + path).isNotNull();
                int status = Integer.parseInt(line.split(" ")[1]);
                for (line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    head.append(line).append('\n');
                    if (line.toLowerCase(Locale.ROOT).startsWith("content-length:") && !method.equals("HEAD")) {
                        length = Integer.parseInt(line.substring(15).strip());
                    }
                }
                // Every answer checked here is short and ASCII.
                char[] rest = new char[length];
                int read = 0;
                for (int n = 0; read < length && n >= 0; n = in.read(rest, read, length - read)) {
                    read += n;
                }
                return new Answer(status, head.toString(), new String(rest, 0, read));
            }
        }
    }
}
