package dev.runyard.service.run;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.runyard.service.auth.Tokens;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.run.list.RunList;
import dev.runyard.spec.run.RunState;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RunResourceTest {
    @Inject
    Statements statements;

    @Inject
    Tokens tokens;

    private static String body(String experiment, String name) {
        return """
            {"experiment": "%s", "name": "%s", "spec": {"dataset": {"id": "shapes"}, "seed": 3}}""".formatted(experiment, name);
    }

    private static UUID queue(String experiment, String name) {
        return UUID.fromString(given().contentType(ContentType.JSON)
                .body(body(experiment, name))
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id"));
    }

    /** Puts the row where the test needs it, past the ledger: a run that no worker and no lease stands behind. */
    private void put(UUID run, RunState state, long attempt) {
        statements.change("""
                update run set state = ?, attempt = ?, reason = case when ? = 'FAILED' then 'INTERNAL' end,
                  ended_at = case when ? then now() end where id = ?""", state, attempt, state.name(), state.terminal(), run);
    }

    @Test
    void aQueuedRunIsShownWholeAndSaysWhyItWaits() {
        UUID id = queue("look", "one");
        given().get("/api/v1/runs/" + id)
                .then()
                .statusCode(200)
                .body("state", equalTo("QUEUED"))
                .body("experiment", equalTo("look"))
                .body("project", equalTo("default"))
                .body("createdBy", equalTo(System.getProperty("user.name")))
                .body("spec.batchSize", equalTo(128))
                .body("waiting", startsWith("no device"));
        given().get("/api/v1/runs/" + id + "/events").then().statusCode(200).body("kind", equalTo(List.of("queue")));
        given().get("/api/v1/experiments").then().body("find { it.name == 'look' }.runs", equalTo(1));
    }

    @Test
    void everyCommandInEveryStateMovesOrIsRefusedByTheState() {
        UUID id = queue("table", "all pairs");
        long attempt = 0;
        for (Command command : Command.values()) {
            for (RunState state : RunState.values()) {
                put(id, state, ++attempt);
                Optional<RunState> next = command.from(state);
                var answer = given().post(
                                "/api/v1/runs/" + id + "/" + command.name().toLowerCase(Locale.ROOT))
                        .then();
                if (next.isPresent()) {
                    answer.statusCode(200).body("state", equalTo(next.get().name()));
                } else {
                    answer.statusCode(409)
                            .contentType("application/problem+json")
                            .body("code", equalTo("ILLEGAL_TRANSITION"))
                            .body("detail", containsString(state.name()));
                    given().get("/api/v1/runs/" + id).then().body("state", equalTo(state.name()));
                }
            }
        }
        put(id, RunState.CANCELLED, ++attempt);
    }

    @Test
    void aStaleAttemptIsToldSoAndChangesNothing() {
        UUID id = queue("fence", "stale");
        put(id, RunState.RUNNING, 3);
        String path = "/api/v1/runs/" + id + "/attempts/2";
        String bearer = "Bearer " + tokens.attempt(id, 2);
        for (String call : List.of("/resumed", "/end")) {
            given().header("Authorization", bearer)
                    .contentType(ContentType.JSON)
                    .body(call.equals("/end") ? "{\"kind\": \"finished\", \"step\": 7}" : "{\"step\": 0}")
                    .post(path + call)
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("STALE_ATTEMPT"));
        }
        given().header("Authorization", bearer)
                .contentType(ContentType.JSON)
                .body("{\"step\": 5, \"epoch\": 1, \"steps\": 9, \"epochs\": 2}")
                .post(path + "/heartbeat")
                .then()
                .statusCode(200)
                .body("order", equalTo("STALE"));
        given().header("Authorization", "Bearer " + tokens.attempt(id, 3))
                .contentType(ContentType.JSON)
                .body("{\"step\": 5, \"epoch\": 1}")
                .post(path + "/heartbeat")
                .then()
                .statusCode(403)
                .body("code", equalTo("NOT_YOURS"));
        given().get("/api/v1/runs/" + id)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("step", equalTo(0));
        put(id, RunState.CANCELLED, 4);
    }

    @Test
    void ordersFollowTheState() {
        UUID id = queue("orders", "pausing");
        put(id, RunState.RUNNING, 1);
        lease(id);
        for (RunState state : List.of(RunState.RUNNING, RunState.PAUSING, RunState.CANCELLING)) {
            put(id, state, 1);
            given().header("Authorization", "Bearer " + tokens.attempt(id, 1))
                    .contentType(ContentType.JSON)
                    .body("{\"step\": 5, \"epoch\": 1, \"steps\": 9, \"epochs\": 2}")
                    .post("/api/v1/runs/" + id + "/attempts/1/heartbeat")
                    .then()
                    .body(
                            "order",
                            equalTo(
                                    switch (state) {
                                        case PAUSING -> "PAUSE";
                                        case CANCELLING -> "CANCEL";
                                        default -> "CONTINUE";
                                    }));
        }
        statements.change("update lease set released_at = now() where run_id = ?", id);
        put(id, RunState.CANCELLED, 2);
    }

    /** Attempt 1 holds the run for a minute. */
    private void lease(UUID run) {
        UUID worker = UUID.randomUUID();
        UUID device = UUID.randomUUID();
        statements.change("insert into worker (id, host, pid, version) values (?, 'orders', 1, 'test')", worker);
        statements.change(
                "insert into device (id, host, key, kind, name, memory_bytes, slots) values (?, 'orders', ?, 'cpu', 'c', 0, 1)",
                device,
                device.toString());
        statements.change(
                "insert into attempt (run_id, attempt, device_id, worker_id, state) values (?, 1, ?, ?, 'RUNNING')",
                run,
                device,
                worker);
        statements.change(
                "insert into lease (run_id, attempt, device_id, slot, expires_at)"
                        + " values (?, 1, ?, 0, now() + interval '1 minute')",
                run,
                device);
    }

    @Test
    void fiftyRequestsWithOneKeyMakeOneRun() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(50);
        try {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(pool.submit(() -> given().contentType(ContentType.JSON)
                        .header("Idempotency-Key", "fifty")
                        .body(body("once", "fifty"))
                        .post("/api/v1/runs")
                        .then()
                        .statusCode(201)
                        .extract()
                        .path("id")));
            }
            Set<String> ids = new HashSet<>();
            for (Future<String> answer : answers) {
                ids.add(answer.get());
            }
            assertThat(ids).hasSize(1);
        } finally {
            pool.shutdownNow();
        }
        given().get("/api/v1/runs?experiment=once").then().body("total", equalTo(1));
        given().contentType(ContentType.JSON)
                .header("Idempotency-Key", "fifty")
                .body(body("once", "another"))
                .post("/api/v1/runs")
                .then()
                .statusCode(409)
                .body("code", equalTo("IDEMPOTENCY_CONFLICT"));
    }

    @Test
    void aListIsReadPageByPageWithoutGapsAndWithMissingValuesLast() {
        List<UUID> made = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            made.add(queue("pages", "p" + i));
        }
        int key = (int) statements.number("""
                insert into metric_key (key, lower_is_better) values ('pages/top1', false)
                on conflict (key) do update set key = excluded.key returning id""");
        double[] values = {3, 1, 2, Double.NaN, 1};
        for (int i = 0; i < values.length; i++) {
            statements.change("""
                    insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, lower_is_better)
                    values (?, ?, 1, 0, 1, 1, ?, false)""", made.get(i), key, values[i]);
        }
        for (String way : List.of("", "-")) {
            List<String> names = new ArrayList<>();
            String cursor = "";
            do {
                JsonPath page = given().queryParam("experiment", "pages")
                        .queryParam("sort", way + "metrics.pages/top1")
                        .queryParam("limit", 2)
                        .queryParam("cursor", cursor)
                        .get("/api/v1/runs")
                        .then()
                        .statusCode(200)
                        .body("total", equalTo(7))
                        .body("more", equalTo(false))
                        .extract()
                        .jsonPath();
                names.addAll(page.getList("items.name"));
                cursor = page.getString("next");
            } while (cursor != null);
            assertThat(names).hasSize(7).doesNotHaveDuplicates();
            assertThat(names.get(way.isEmpty() ? 3 : 0)).isEqualTo("p0");
            assertThat(names.subList(4, 7)).containsExactly("p6", "p5", "p3");
        }
        given().queryParam("experiment", "pages")
                .queryParam("filter", "metrics.pages/top1 >= 2 and params.seed = 3 and name ~ P")
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .body("items", hasSize(2));
    }

    /** A metric's decimals are said in one place; a page of a run knows them without asking for a catalogue. */
    @Test
    void aRunSaysHowItsMetricsAreWritten() {
        UUID run = queue("written", "w");
        for (String metric : List.of("val/top1", "system/parameters", "reward")) {
            statements.change(
                    "insert into metric_key (key, lower_is_better) values (?, false) on conflict do nothing", metric);
            statements.change("""
                    insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, lower_is_better)
                    select ?, id, 1, 0, 1, 1, 58, false from metric_key where key = ?""", run, metric);
        }
        given().get("/api/v1/runs/" + run)
                .then()
                .statusCode(200)
                .body("summary.'val/top1'.decimals", equalTo(2))
                .body("summary.'val/top1'.unit", equalTo("%"))
                .body("summary.'system/parameters'.decimals", equalTo(0))
                .body("summary.'system/parameters'.unit", nullValue())
                .body("summary.reward.decimals", nullValue());
    }

    @Test
    void aMetricFilterMeetsTheRunsThatAreSortedByAnother() {
        int key = (int) statements.number("""
                insert into metric_key (key, lower_is_better) values ('opposed/a', false), ('opposed/b', false)
                on conflict (key) do update set key = excluded.key returning id""");
        for (int i = 0; i < 6; i++) {
            UUID run = queue("opposed", "o" + i);
            for (int k = 0; k < 2; k++) {
                statements.change("""
                        insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, max, lower_is_better)
                        values (?, ?, 1, 0, 1, 1, ?, ?, false)""", run, key + k, (double) (k == 0 ? i : 10 - i), (double) i);
            }
        }
        listed("opposed", "metrics.opposed/a >= 3", "metrics.opposed/b", "o5", "o4", "o3");
        listed("opposed", "not metrics.opposed/a.max >= 2", "-metrics.opposed/b", "o0", "o1");
        listed("opposed", "metrics.nobody/has = 1", "-metrics.opposed/b");
        listed("nobody-made-it", "step >= 0", "-metrics.opposed/b");
    }

    private static void listed(String experiment, String filter, String sort, String... names) {
        given().queryParam("experiment", experiment)
                .queryParam("filter", filter)
                .queryParam("sort", sort)
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .body("items.name", equalTo(List.of(names)))
                .body("total", equalTo(names.length));
    }

    @Test
    void aLongListSaysThatItIsLongerThanWasCounted() {
        queue("long", "first");
        statements.change("""
                insert into run (id, project_id, experiment_id, name, state, spec, spec_hash, created_by, epochs, ended_at)
                select gen_random_uuid(), r.project_id, r.experiment_id, 'n' || i, 'CANCELLED', r.spec, r.spec_hash, 'test', 1, now()
                from run r cross join generate_series(1, ?) i where r.name = 'first'""", RunList.COUNTED);
        String cursor = "";
        for (int page = 0; page < 2; page++) {
            cursor = given().queryParam("experiment", "long")
                    .queryParam("limit", 10)
                    .queryParam("cursor", cursor)
                    .get("/api/v1/runs")
                    .then()
                    .statusCode(200)
                    .body("total", equalTo(RunList.COUNTED))
                    .body("more", equalTo(true))
                    .extract()
                    .path("next");
        }
        given().queryParam("experiment", "long")
                .queryParam("state", "QUEUED")
                .get("/api/v1/runs")
                .then()
                .body("total", equalTo(1))
                .body("more", equalTo(false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filter='; drop table run; --",
                "filter=name ~ '%%%%' or 1=1",
                "sort=nope",
                "sort=name; drop table run",
                "limit=1000000000",
                "limit=0",
                "limit=ten",
                "cursor=Zm9yZ2Vk",
                "state=SLEEPING"
            })
    void whatAListCannotDoIsRefusedByName(String query) {
        int cut = query.indexOf('=');
        given().queryParam(query.substring(0, cut), query.substring(cut + 1))
                .get("/api/v1/runs")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("code", notNullValue())
                .body("field", notNullValue());
        given().get("/api/v1/runs?limit=1").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "1-1-1-1-1", "00000000-0000-0000-0000-000000000000"})
    void wrongAndUnknownIdsLookAlike(String id) {
        given().urlEncodingEnabled(false).get("/api/v1/runs/" + id).then().statusCode(404);
        given().urlEncodingEnabled(false)
                .post("/api/v1/runs/" + id + "/pause")
                .then()
                .statusCode(404);
        given().urlEncodingEnabled(false).get("/api/v1/sweeps/" + id).then().statusCode(404);
    }

    @Test
    void badSpecsAreRefusedByField() {
        given().contentType(ContentType.JSON)
                .body("{\"spec\": {\"dataset\": {\"id\": \"shapez\"}}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("code", equalTo("UNKNOWN_DATASET"))
                .body("field", equalTo("spec.dataset.id"))
                .body("remedy", containsString("shapes"));
        given().contentType(ContentType.JSON)
                .body("{\"spec\": ")
                .post("/api/v1/runs")
                .then()
                .statusCode(400)
                .body("code", equalTo("BAD_JSON"));
        given().contentType(ContentType.JSON)
                .body("{\"yaml\": \"base: {dataset: {id: shapes}}\\naxes: {method.prompts: [1, 4]}\\nseeds: [0, 1]\"}")
                .post("/api/v1/specs/check")
                .then()
                .statusCode(200)
                .body("kind", equalTo("sweep"))
                .body("runs", equalTo(4));
    }
}
