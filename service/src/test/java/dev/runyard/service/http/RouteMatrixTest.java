package dev.runyard.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.auth.People;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who may ask for what, as a committed table: {@code route-matrix.txt}. A route that is new, or that opens to somebody else, fails until
 * the table says so too.
 */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RouteMatrixTest {
    private static final List<Route> BESIDE = List.of(
            new Route("GET", "/"),
            new Route("GET", "/runs"),
            new Route("GET", "/assets/x.js"),
            new Route("GET", "/api/v1/nothing"),
            new Route("POST", "/api/v1/nothing"),
            new Route("GET", "/q/health"),
            new Route("GET", "/q/health/live"),
            new Route("GET", "/q/health/ready"),
            new Route("POST", "/q/health/ready"),
            new Route("GET", "/q/metrics"),
            new Route("GET", "/q/nothing"),
            new Route("GET", "/q/openapi"));

    @TestHTTPResource
    URI base;

    @Inject
    Tokens tokens;

    @Inject
    Lab lab;

    @Inject
    People people;

    private UUID run;
    private UUID worker;
    private final Map<String, String> callers = new LinkedHashMap<>();

    @BeforeEach
    void callers() throws IOException {
        run = lab.run("RUNNING");
        worker = worker();
        callers.put("stranger", "");
        String project = "matrix-" + UUID.randomUUID();
        people.project(project);
        for (String role : List.of("VIEWER", "RESEARCHER", "MAINTAINER")) {
            UUID account = people.account(role.toLowerCase(java.util.Locale.ROOT) + "-" + UUID.randomUUID());
            people.member("default", account, role);
            callers.put(role.toLowerCase(java.util.Locale.ROOT), people.token(account, "WRITE"));
        }
        UUID reader = people.account("reader-" + UUID.randomUUID());
        people.member("default", reader, "MAINTAINER");
        callers.put("read token", people.token(reader, "READ"));
        UUID other = people.account("other-" + UUID.randomUUID());
        people.member(project, other, "MAINTAINER");
        callers.put("other project", people.token(other, "WRITE"));
        callers.put("administrator", tokens.person());
        callers.put(
                "enrolment",
                Files.readString(Path.of(org.eclipse.microprofile.config.ConfigProvider.getConfig()
                                .getValue("runyard.home", String.class))
                        .resolve("worker.secret")));
        callers.put("worker", tokens.worker(worker));
        callers.put("other worker", tokens.worker(worker()));
        callers.put("attempt", tokens.attempt(run, 1));
        callers.put("other attempt", tokens.attempt(lab.run("RUNNING"), 1));
    }

    private UUID worker() {
        UUID id = UUID.randomUUID();
        lab.sql("insert into worker (id, host, pid, version) values (?, 'matrix', 1, 'test')", id);
        return id;
    }

    @Test
    void theTableSaysWhoMayAskForWhat() throws IOException {
        List<Route> routes = new ArrayList<>(Route.documented());
        routes.addAll(BESIDE);
        routes.sort(Comparator.comparing(Route::path).thenComparing(Route::method));
        StringBuilder found = new StringBuilder(row("route", List.copyOf(callers.keySet())));
        for (Route route : routes) {
            List<String> decisions = new ArrayList<>();
            for (String token : callers.values()) {
                decisions.add(decision(route, token));
            }
            found.append(row(route.method() + " " + route.path(), decisions));
        }
        Files.writeString(Path.of("target", "route-matrix.txt"), found);
        try (var table = RouteMatrixTest.class.getResourceAsStream("/route-matrix.txt")) {
            assertThat(found.toString())
                    .as("service/target/route-matrix.txt holds what was found")
                    .isEqualTo(table == null ? "" : new String(table.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String row(String first, List<String> rest) {
        StringBuilder row = new StringBuilder(String.format("%-55s", first));
        rest.forEach(cell -> row.append(String.format("%-15s", cell)));
        return row.toString().stripTrailing() + "\n";
    }

    /** 401, 403, or yes: let through to the route, which may find other faults. */
    private String decision(Route route, String token) throws IOException {
        String path = route.path()
                .replace("{worker}", worker.toString())
                .replace("{attempt}", "1")
                .replace("{sha256}", "0".repeat(64))
                .replace("{action}", route.path().contains("/devices/") ? "drain" : "pause")
                .replace("{beginning}", "0")
                .replace("{place}", "0")
                .replace("{point}", "0")
                .replace("{kind}", "dataset")
                .replace("{name}", "nothing-such")
                .replace("{path}", "0/" + run + "/artifacts/x")
                .replace("{account}", "nobody-such")
                .replace("{id}", run.toString());
        assertThat(path).doesNotContain("{");
        List<String> headers = new ArrayList<>(List.of("Content-Type: application/json", "Content-Length: 7"));
        if (!token.isEmpty()) {
            headers.add("Authorization: Bearer " + token);
        }
        // No route takes this body, so nothing is changed by asking.
        int status = RawHttp.exchange(base, route.method(), path, base.getAuthority(), "{\"x\":1}", headers)
                .status();
        assertThat(status).as(route + " " + token).isLessThan(500);
        // Two classes with one path take each other's methods away.
        assertThat(status == 405 && route.path().startsWith("/api/"))
                .as(route + " is answered")
                .isFalse();
        return status == 401 || status == 403 ? Integer.toString(status) : "yes";
    }

    @Test
    void aStrangersBodyIsNeitherReadNorWaitedFor() throws IOException {
        List<Route> routes = new ArrayList<>(Route.documented());
        routes.addAll(List.of(new Route("POST", "/api/v1/nothing"), new Route("DELETE", "/api/v1/runs")));
        // Where one says who one is, a stranger's body is what it is about.
        routes.removeIf(route ->
                route.path().startsWith("/api/v1/sign-in") || !route.path().startsWith("/api/"));
        for (Route route : routes) {
            String path = route.path().replaceAll("\\{[^}]+}", UUID.randomUUID().toString());
            for (String method : List.of(route.method(), "POST", "PUT", "PATCH", "DELETE")) {
                for (List<String> headers : List.of(
                        List.<String>of(),
                        List.of("Content-Type: application/json", "Content-Length: 3"),
                        List.of("Content-Type: text/plain", "Content-Length: 1000"),
                        List.of("Content-Type: nonsense/;;", "Content-Length: 9"),
                        List.of("Content-Length: 999999999999"),
                        List.of("Transfer-Encoding: chunked"),
                        List.of("Accept: image/png", "Content-Length: 100"),
                        List.of("Last-Event-ID: x", "Content-Length: 0"),
                        List.of("Expect: 100-continue", "Content-Length: 5"))) {
                    RawHttp.Answer answer = RawHttp.exchange(base, method, path, base.getAuthority(), "{\"t", headers);
                    assertThat(answer.status())
                            .as(method + " " + path + " " + headers)
                            .isEqualTo(401);
                }
            }
        }
    }

    /** Whoever asks: a path that another part of the server could read otherwise is no path. */
    @Test
    void noSpellingOfAPathOpensIt() throws IOException {
        for (Route route : Route.documented()) {
            String path = route.path().replaceAll("\\{[^}]+}", UUID.randomUUID().toString());
            if (!path.startsWith("/api/")) {
                continue; // open to strangers
            }
            String version = path.split("/", 4)[2];
            String rest = path.split("/", 4)[3];
            for (String spelled : List.of(
                    "/" + path,
                    "/api//" + version + "/" + rest,
                    path + ";x=1",
                    "/api;x/" + version + "/" + rest,
                    path + "%3Bx",
                    "/api%2F" + version + "/" + rest,
                    "/api%5C" + version + "/" + rest,
                    "/api\\" + version + "/" + rest,
                    "/q/../api/" + version + "/" + rest,
                    "/assets/../api/" + version + "/" + rest,
                    "/q/health/live/../../../api/" + version + "/" + rest,
                    "/%2e/api/" + version + "/" + rest,
                    "/q/health/%2e%2e/%2e%2e/api/" + version + "/" + rest,
                    "/%61pi%00/" + version + "/" + rest,
                    "/api%252f" + version + "/" + rest)) {
                for (String token : List.of("", tokens.person())) {
                    List<String> headers = token.isEmpty() ? List.of() : List.of("Authorization: Bearer " + token);
                    assertThat(RawHttp.exchange(base, route.method(), spelled, base.getAuthority(), "", headers)
                                    .status())
                            .as(route.method() + " " + spelled)
                            .isEqualTo(400);
                }
            }
            // The same path in other letters is the same path, or none.
            if (route.path().startsWith("/api/v1/sign-in")) {
                continue; // the same path, and open to strangers
            }
            for (String spelled : List.of(
                    "/%61pi/" + version + "/" + rest,
                    "/API/" + version + "/" + rest,
                    "/api/" + version.toUpperCase(java.util.Locale.ROOT) + "/" + rest)) {
                assertThat(RawHttp.exchange(base, route.method(), spelled, base.getAuthority(), "", List.of())
                                .status())
                        .as(spelled)
                        .isIn(401, 404);
            }
        }
    }
}
