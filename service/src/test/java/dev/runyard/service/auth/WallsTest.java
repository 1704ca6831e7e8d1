package dev.runyard.service.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.http.Route;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in one project does not exist in another, on every route there is; and inside it a role does what it may. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class WallsTest {
    @TestHTTPResource
    URI base;

    @Inject
    Lab lab;

    @Inject
    People people;

    @Inject
    Flyway flyway;

    private final HttpClient http = HttpClient.newHttpClient();
    /** In whatever the project holds: names, tags, notes, logs, metrics, settings, file names. */
    private final String word = "zq" + UUID.randomUUID().toString().substring(0, 8);

    private final String here = "here-" + UUID.randomUUID();
    private final String there = "there-" + UUID.randomUUID();
    private String viewer;
    private String researcher;
    private String colleague;
    private String maintainer;
    private String stranger;
    private String reader;
    private UUID run;
    private UUID sweep;
    private String sha256;
    private UUID view;

    @BeforeEach
    void twoProjects() throws Exception {
        people.project(here);
        people.project(there);
        viewer = member(here, "VIEWER");
        researcher = member(here, "RESEARCHER");
        colleague = member(here, "RESEARCHER");
        maintainer = member(here, "MAINTAINER");
        stranger = member(there, "MAINTAINER");
        UUID account = people.account("reader-" + UUID.randomUUID());
        people.member(here, account, "MAINTAINER");
        reader = people.token(account, "READ");
        fill();
    }

    private String member(String project, String role) {
        UUID account = people.account(role.toLowerCase(java.util.Locale.ROOT) + "-" + UUID.randomUUID());
        people.member(project, account, role);
        return people.token(account, "WRITE");
    }

    private void fill() throws Exception {
        String spec = "{\"dataset\":{\"id\":\"shapes\"}}";
        String made = ok(send(
                researcher,
                "POST",
                "/api/v1/runs",
                "{\"experiment\":\"" + word + "\",\"name\":\"" + word + " run\",\"spec\":" + spec + "}"));
        run = id(made);
        sweep = id(ok(send(
                researcher,
                "POST",
                "/api/v1/sweeps",
                "{\"experiment\":\"" + word + "\",\"name\":\"" + word + " sweep\",\"base\":" + spec
                        + ",\"seeds\":[0,1]}")));
        view = id(ok(send(
                researcher,
                "POST",
                "/api/v1/views",
                "{\"name\":\"" + word + "\",\"page\":\"runs\",\"address\":\"a=" + word + "\"}")));
        ok(send(researcher, "PUT", "/api/v1/runs/" + run + "/note", "{\"text\":\"" + word + "\"}"));
        ok(send(researcher, "PUT", "/api/v1/sweeps/" + sweep + "/note", "{\"text\":\"" + word + "\"}"));
        ok(send(researcher, "PUT", "/api/v1/experiments/" + word + "/note", "{\"text\":\"" + word + "\"}"));
        ok(send(researcher, "PATCH", "/api/v1/runs/" + run, "{\"tags\":{\"" + word + "\":\"" + word + "\"}}"));
        lab.sql("insert into metric_key (key, lower_is_better) values (?, false)", word);
        lab.sql(
                "insert into metric_point (run_id, step, time, value, key_id, attempt)"
                        + " select ?, 1, 1, 0.5, id, 1 from metric_key where key = ?",
                run,
                word);
        lab.sql(
                "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best,"
                        + " best_step, lower_is_better) select ?, id, 1, 0, 1, 1, 0.5, 0.5, 0.5, 0.5, 1, false from metric_key"
                        + " where key = ?",
                run,
                word);
        lab.sql("insert into run_log (run_id, attempt, seq, time, line) values (?, 1, 0, now(), ?)", run, word);
        sha256 = Tokens.hash(word);
        lab.sql("insert into blob (sha256, size) values (?, 1)", sha256);
        lab.sql(
                "insert into artifact (run_id, attempt, name, kind, sha256, size) values (?, 1, ?, 'OTHER', ?, 1)",
                run,
                word,
                sha256);
        UUID worker = UUID.randomUUID();
        UUID device = UUID.randomUUID();
        lab.sql("insert into worker (id, host, pid, version, last_seen) values (?, 'walls', 1, 'test', now())", worker);
        lab.sql(
                "insert into device (id, host, machine, key, kind, name, memory_bytes, slots, worker_id)"
                        + " values (?, 'walls', ?, 'cpu', 'cpu', 'cpu', 1, 1, ?)",
                device,
                word.substring(2),
                worker);
        lab.sql(
                "insert into attempt (run_id, attempt, device_id, worker_id, state) values (?, 1, ?, ?, 'RUNNING')",
                run,
                device,
                worker);
        lab.sql(
                "insert into lease (run_id, attempt, device_id, slot, expires_at) values (?, 1, ?, 0, now() + interval '1 h')",
                run,
                device);
        lab.sql("update run set attempt = 1, state = 'RUNNING', started_at = now() where id = ?", run);
    }

    private static UUID id(String made) throws IOException {
        return UUID.fromString(new ObjectMapper().readTree(made).path("id").asText());
    }

    private record Answer(int status, String body) {}

    private static String ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
        return answer.body();
    }

    private Answer send(String token, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
    }

    /** With something that each route takes, so that what is refused is refused for whom it is about. */
    private String body(Route route) {
        Map<String, String> bodies = new TreeMap<>();
        bodies.put(
                "POST /api/v1/metrics/series",
                "{\"series\":[{\"run\":\"" + run + "\",\"key\":\"" + word + "\"}],\"buckets\":10}");
        bodies.put("POST /api/v1/metrics/bands", "{\"by\":[\"experiment\"],\"key\":\"" + word + "\",\"buckets\":10}");
        bodies.put("POST /api/v1/runs/bulk", "{\"select\":{\"ids\":[\"" + run + "\"]},\"do\":{\"action\":\"cancel\"}}");
        bodies.put(
                "POST /api/v1/runs/bulk/check",
                "{\"select\":{\"filter\":\"starred = false\"},\"do\":{\"action\":\"cancel\"}}");
        bodies.put("PUT /api/v1/views/{id}", "{\"name\":\"x\",\"page\":\"runs\",\"address\":\"x\"}");
        bodies.put("POST /api/2.0/mlflow/runs/create", "{\"experiment_id\":\"none\"}");
        bodies.put("POST /api/v1/sweeps/{id}/extend", "{\"runs\":1}");
        String note = "{\"text\":\"mine now\"}";
        if (route.path().endsWith("/note")) {
            return route.method().equals("PUT") ? note : "";
        }
        if (route.method().equals("PATCH")) {
            return "{\"name\":\"mine now\"}";
        }
        return bodies.getOrDefault(
                route.method() + " " + route.path(), route.method().equals("GET") ? "" : "{}");
    }

    private List<String> paths(Route route) {
        String path = route.path()
                .replace("{sha256}", sha256)
                .replace("{place}", "0")
                .replace("{beginning}", run.toString().substring(0, 8))
                .replace("{action}", "cancel")
                .replace("{attempt}", "1")
                .replace("{point}", "0")
                .replace("{kind}", "dataset")
                .replace("{path}", "0/" + run + "/artifacts/" + word)
                .replace("{account}", "nobody");
        String name = route.path().startsWith("/api/v1/projects") ? here : word;
        path = path.replace("{name}", name);
        List<String> ids = route.path().startsWith("/api/v1/views")
                ? List.of(view.toString())
                : route.path().startsWith("/api/v1/sweeps") ? List.of(sweep.toString()) : List.of(run.toString());
        List<String> paths = new ArrayList<>();
        for (String id : ids) {
            paths.add(path.replace("{id}", id)
                    .replace("{worker}", UUID.randomUUID().toString()));
        }
        return paths;
    }

    private static final List<String> QUERIES = List.of(
            "",
            "?by=experiment&field=metrics.KEY.last",
            "?experiment=KEY&archived=true&column=name&column=experiment&column=tags.KEY",
            "?key=KEY&metric=KEY&filter=KEY",
            "?text=experiment%20%3D%20&at=13");

    /** A device of this test would be one more that the runs of other tests may try. */
    @AfterEach
    void leave() {
        lab.sql("update device set worker_id = null, lost = true where host = 'walls'");
    }

    @Test
    void nothingOfOneProjectIsSeenFromAnother() throws Exception {
        int seen = 0;
        for (Route route : Route.documented()) {
            if (route.path().equals("/api/v1/events") || route.path().startsWith("/api/v1/sign-in")) {
                continue;
            }
            for (String path : paths(route)) {
                for (String query : route.method().equals("GET") ? QUERIES : List.of("")) {
                    String asked = path + query.replace("KEY", URLEncoder.encode(word, StandardCharsets.UTF_8));
                    Answer theirs = send(stranger, route.method(), asked, body(route));
                    assertThat(theirs.status()).as(route + " " + theirs.body()).isLessThan(500);
                    // What was asked for is repeated in a refusal; nothing else is.
                    String told = theirs.status() >= 400 ? "" : theirs.body();
                    if (route.path().endsWith(".csv")) {
                        // Its head repeats the columns that were asked for; below it there is nothing.
                        told = told.substring(told.indexOf('\n') + 1);
                    }
                    if (route.path().equals("/api/v1/metrics/series")) {
                        // Names the curves that were asked for, and has no point of them.
                        assertThat(told).contains("\"points\":0", "\"steps\":[]");
                        told = told.replace(run.toString(), "").replace(word, "");
                    }
                    assertThat(told)
                            .as(route.method() + " " + asked)
                            .doesNotContain(run.toString(), sweep.toString(), view.toString());
                    if (!asked.contains(word) || theirs.status() < 400) {
                        assertThat(told).as(route.method() + " " + asked).doesNotContain(word);
                    }
                    boolean ofAThing = route.path().contains("{id}")
                            || route.path().contains("{name}")
                            || route.path().contains("{sha256}");
                    if (ofAThing && query.isEmpty()) {
                        assertThat(theirs.status())
                                .as(route.method() + " " + asked + " " + theirs.body())
                                .isIn(403, 404, 405, 409, 415, 422);
                    }
                    if (route.method().equals("GET") && ofAThing && query.isEmpty() && theirs.status() != 404) {
                        // A question that lacks a parameter is refused to whoever belongs here too.
                        assertThat(theirs.status())
                                .as(asked)
                                .isEqualTo(422)
                                .isEqualTo(send(viewer, "GET", asked, "").status());
                    }
                    if (route.method().equals("GET")
                            && send(viewer, "GET", asked, "").body().contains(word)) {
                        seen++;
                    }
                }
            }
        }
        // Whoever belongs here does see it, so the above says something.
        assertThat(seen).isGreaterThan(30);
        assertThat(lab.column("select name from run where id = ?", run)).containsExactly(word + " run");
        assertThat(lab.column("select state from run where id = ?", run)).containsExactly("RUNNING");
        assertThat(lab.number("select count(*) from note where text = 'mine now'"))
                .isZero();
    }

    @Test
    void whatOneMayNotSeeIsAnsweredLikeWhatIsNot() throws Exception {
        UUID none = UUID.randomUUID();
        for (Route route : Route.documented()) {
            if (!route.path().contains("{id}")
                    || route.path().contains("/attempts/")
                    || route.path().contains("{worker}")) {
                continue;
            }
            for (String path : paths(route)) {
                String body = body(route);
                String missing = path.replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", none.toString());
                Answer theirs = send(stranger, route.method(), path, body);
                Answer nothing = send(stranger, route.method(), missing, body);
                assertThat(theirs.status()).as(route.toString()).isEqualTo(nothing.status());
                String id = path.replaceAll(".*([0-9a-f]{8}-[0-9a-f-]{27}).*", "$1");
                assertThat(theirs.body().replace(id, "ID"))
                        .as(route.toString())
                        .isEqualTo(nothing.body().replace(none.toString(), "ID"));
            }
        }
    }

    /** Devices are everybody's, and who is on them is not. */
    @Test
    void aDeviceIsBusyForEverybodyAndNamesNobodyElsesRun() throws Exception {
        lab.sql("update worker set last_seen = now() where host = 'walls'");
        for (String who : List.of(viewer, stranger)) {
            JsonNode device = null;
            for (JsonNode one : new ObjectMapper().readTree(ok(send(who, "GET", "/api/v1/devices", "")))) {
                device = run.equals(UUID.fromString(one.at("/lease/run").asText(new UUID(0, 0).toString())))
                                || one.path("host").asText().equals("walls")
                                        && one.path("worker").isTextual()
                                        && lab.column("select worker_id from attempt where run_id = ?", run)
                                                .contains(one.path("worker").asText())
                        ? one
                        : device;
            }
            assertThat(device).isNotNull();
            assertThat(device.path("state").asText()).isEqualTo("BUSY");
            assertThat(device.has("lease")).isEqualTo(who.equals(viewer));
        }
    }

    /** What an older version's policies let through, this version's do not. */
    @Test
    void policiesOfAnOlderVersionAreMadeAnew() throws Exception {
        String says =
                "select pg_get_expr(polqual, polrelid) from pg_policy where polname = 'runyard_seen' and polrelid ="
                        + " cast('run' as regclass)";
        List<String> ours = lab.column(says);
        assertThat(ours.get(0)).contains("runyard_sees");
        lab.sql("drop policy runyard_seen on run");
        lab.sql("create policy runyard_seen on run for select to runyard_person using (true)");
        assertThat(lab.column(says)).containsExactly("true");
        flyway.migrate();
        assertThat(lab.column(says)).isEqualTo(ours);
        assertThat(lab.number("select count(*) from pg_policy where polrelid = cast('run' as regclass)"))
                .isEqualTo(4);
        assertThat(send(stranger, "GET", "/api/v1/runs/" + run, "").status()).isEqualTo(404);
        ok(send(viewer, "GET", "/api/v1/runs/" + run, ""));
    }

    @Test
    void theLiveStreamTellsOfNoOtherProject() throws Exception {
        // Long enough for what is changed below to have gone out to whoever may hear of it.
        StringBuilder mine = new StringBuilder();
        StringBuilder theirs = new StringBuilder();
        try (Stream hearer = new Stream(viewer, mine);
                Stream other = new Stream(stranger, theirs)) {
            hearer.waitFor("ping");
            other.waitFor("ping");
            ok(send(maintainer, "PATCH", "/api/v1/runs/" + run, "{\"starred\":true}"));
            lab.send(run, 1, Lab.point(word, 7, 0.1)).statusCode(200);
            hearer.waitFor(run.toString());
            hearer.waitFor("event:metric");
            UUID project = UUID.fromString(
                    lab.column("select id from project where name = ?", there).get(0));
            UUID experiment = UUID.randomUUID();
            lab.sql(
                    "insert into experiment (id, project_id, name, created_by) values (?, ?, 'x', 'test')",
                    experiment,
                    project);
            ok(send(stranger, "PATCH", "/api/v1/experiments/x", "{\"starred\":true}"));
            other.waitFor(experiment.toString());
            assertThat(other.text()).doesNotContain(run.toString(), word);
            assertThat(hearer.text()).doesNotContain(experiment.toString());
        }
    }

    private final class Stream implements AutoCloseable {
        private final StringBuilder text;
        private final Thread reader;
        private volatile java.io.InputStream in;

        Stream(String token, StringBuilder text) {
            this.text = text;
            this.reader = new Thread(() -> read(token));
            reader.setDaemon(true);
            reader.start();
        }

        private void read(String token) {
            try {
                HttpRequest request = HttpRequest.newBuilder(base.resolve("/api/v1/events"))
                        .header("Authorization", "Bearer " + token)
                        .header("Accept", "text/event-stream")
                        .build();
                in = http.send(request, HttpResponse.BodyHandlers.ofInputStream())
                        .body();
                byte[] some = new byte[4_096];
                for (int n = in.read(some); n >= 0; n = in.read(some)) {
                    synchronized (text) {
                        text.append(new String(some, 0, n, StandardCharsets.UTF_8));
                    }
                }
            } catch (IOException | InterruptedException e) {
                // Closed.
            }
        }

        String text() {
            synchronized (text) {
                return text.toString();
            }
        }

        void waitFor(String part) throws InterruptedException {
            long end = System.nanoTime() + 15_000_000_000L;
            while (!text().contains(part) && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            assertThat(text()).contains(part);
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
            }
        }
    }

    @Test
    void aRoleDoesWhatItMayAndNothingElse() throws Exception {
        String rename = "{\"name\":\"renamed\"}";
        String path = "/api/v1/runs/" + run;
        for (String who : List.of(viewer, reader)) {
            assertThat(send(who, "GET", path, "").status()).isEqualTo(200);
            assertThat(send(who, "PATCH", path, rename).status()).isEqualTo(403);
            assertThat(send(who, "PUT", path + "/note", "{\"text\":\"x\"}").status())
                    .isEqualTo(403);
            assertThat(send(who, "POST", path + "/cancel", "").status()).isEqualTo(403);
        }
        Answer refused = send(colleague, "PATCH", path, rename);
        assertThat(refused.status()).as(refused.body()).isEqualTo(403);
        assertThat(refused.body()).contains("NOT_ALLOWED");
        assertThat(send(colleague, "POST", path + "/cancel", "").status()).isEqualTo(403);
        assertThat(send(colleague, "DELETE", "/api/v1/views/" + view, "").status())
                .isEqualTo(403);
        ok(send(colleague, "PUT", path + "/note", "{\"text\":\"seen\"}"));
        assertThat(lab.column("select name from run where id = ?", run)).containsExactly(word + " run");
        ok(send(researcher, "PATCH", path, rename));
        ok(send(maintainer, "PATCH", path, "{\"name\":\"kept\"}"));
        assertThat(lab.column("select name from run where id = ?", run)).containsExactly("kept");
        ok(send(researcher, "POST", path + "/cancel", ""));
        // A viewer elsewhere is a viewer there, however much they are here.
        people.member(
                there,
                UUID.fromString(lab.column("select account_id from api_token where hash = ?", Tokens.hash(maintainer))
                        .get(0)),
                "VIEWER");
        Answer both = send(maintainer, "POST", "/api/v1/runs", "{\"spec\":{}}", "X-Runyard-Project", there);
        assertThat(both.status()).isIn(403, 422);
        assertThat(send(maintainer, "GET", "/api/v1/experiments", "", "X-Runyard-Project", there)
                        .body())
                .doesNotContain(word);
        assertThat(send(maintainer, "GET", "/api/v1/experiments", "", "X-Runyard-Project", here)
                        .body())
                .contains(word);
        assertThat(send(stranger, "GET", "/api/v1/experiments", "", "X-Runyard-Project", here)
                        .body())
                .doesNotContain(word);
    }

    /** What belongs to others is left as it is and named, and keeps nobody from what is their own. */
    @Test
    void ofManyRunsOnesOwnAreChanged() throws Exception {
        UUID own = id(ok(send(
                colleague,
                "POST",
                "/api/v1/runs",
                "{\"experiment\":\"" + word + "\",\"name\":\"own\",\"spec\":{\"dataset\":{\"id\":\"shapes\"}}}")));
        String select = "{\"select\":{\"ids\":[\"" + run + "\",\"" + own + "\"]}";
        ObjectMapper json = new ObjectMapper();
        JsonNode check = json.readTree(ok(send(colleague, "POST", "/api/v1/runs/bulk/check", select + "}")));
        assertThat(check.path("own").asInt()).isEqualTo(1);
        assertThat(check.path("applies").asInt()).isEqualTo(2);
        assertThat(check.at("/actions/cancel").asInt()).isEqualTo(1);
        assertThat(json.readTree(ok(send(maintainer, "POST", "/api/v1/runs/bulk/check", select + "}")))
                        .path("own")
                        .asInt())
                .isEqualTo(2);
        for (String deed : List.of("{\"patch\":{\"starred\":true}}", "{\"action\":\"cancel\"}", "{\"delete\":true}")) {
            JsonNode done =
                    json.readTree(ok(send(colleague, "POST", "/api/v1/runs/bulk", select + ",\"do\":" + deed + "}")));
            assertThat(done.path("done").asInt()).as(deed).isEqualTo(1);
            assertThat(done.at("/skipped/0/id").asText()).isEqualTo(run.toString());
            assertThat(done.at("/skipped/0/why").asText()).contains("researcher-");
        }
        assertThat(lab.column(
                        "select starred || ' ' || state || ' ' || (deleted_at is null) from run where id = ?", run))
                .containsExactly("false RUNNING true");
    }

    @Test
    void whatIsInOneProjectDoesNotGoHalfwayIntoAnother() throws Exception {
        people.member(
                "default",
                UUID.fromString(lab.column("select account_id from api_token where hash = ?", Tokens.hash(maintainer))
                        .get(0)),
                "MAINTAINER");
        Answer moved = send(maintainer, "PATCH", "/api/v1/runs/" + run, "{\"experiment\":\"moved\"}");
        assertThat(moved.status()).as(moved.body()).isEqualTo(409);
        assertThat(moved.body()).contains("OTHER_PROJECT");
        assertThat(lab.column(
                        "select e.name from run r join experiment e on e.id = r.experiment_id where r.id = ?", run))
                .containsExactly(word);
        ok(send(maintainer, "PATCH", "/api/v1/runs/" + run, "{\"experiment\":\"moved\"}", "X-Runyard-Project", here));
    }

    @Test
    void membersAreSaidByMaintainersOfTheProjectAlone() throws Exception {
        assertThat(ok(send(viewer, "GET", "/api/v1/projects", "")))
                .contains(here)
                .doesNotContain(there, "default");
        String who = lab.column(
                        "select name from account where id = (select account_id from api_token where hash = ?)",
                        Tokens.hash(stranger))
                .get(0);
        String path = "/api/v1/projects/" + here + "/members/" + who;
        String ask = "{\"role\":\"VIEWER\"}";
        for (String token : List.of(viewer, researcher, reader)) {
            assertThat(send(token, "PUT", path, ask).status()).isEqualTo(403);
        }
        assertThat(send(stranger, "PUT", path, ask).status()).isEqualTo(404);
        assertThat(send(stranger, "GET", "/api/v1/runs/" + run, "").status()).isEqualTo(404);
        ok(send(maintainer, "PUT", path, ask));
        assertThat(send(stranger, "GET", "/api/v1/runs/" + run, "").status()).isEqualTo(200);
        ok(send(maintainer, "DELETE", path, ""));
        assertThat(send(stranger, "GET", "/api/v1/runs/" + run, "").status()).isEqualTo(404);
    }

    /** Whatever table somebody adds is behind the walls, of the lab, or closed. */
    @Test
    void everyTableSaysWhatItIs() {
        List<String> open = lab.column("""
                select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                  and has_table_privilege('runyard_person', c.oid, 'select, insert, update, delete') and not c.relrowsecurity
                order by 1""");
        assertThat(open)
                .containsExactlyInAnyOrder(
                        "config_layout", "device", "idempotency", "metric_beat", "metric_key", "worker");
        assertThat(lab.column("""
                select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                  and not has_any_column_privilege('runyard_person', c.oid, 'select') order by 1"""))
                .as("closed to people: add it to afterMigrate.sql if it is of the lab")
                .containsExactlyInAnyOrder(
                        "api_token",
                        "credential",
                        "flyway_schema_history",
                        "invitation",
                        "secret",
                        "session",
                        "sso_attempt");
    }
}
