package dev.runyard.service.sweep;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.runyard.service.auth.People;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Sweeps that others carry out: each point is handed out once and told once, however often somebody says so. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class StudyTest {
    @Inject
    Statements statements;

    @Inject
    People people;

    @Inject
    SweepLedger ledger;

    private static String queue(String fields) {
        return given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"study\", \"external\": true, \"base\": {\"schedule\": {\"epochs\": 9}}, "
                        + "\"metric\": \"loss\", \"axes\": {\"x\": {\"uniform\": [-5, 10]}, \"kind\": [\"a\", \"b\"]}, "
                        + fields + "}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getString("id");
    }

    private static ValidatableResponse post(String sweep, String what, String key, String body) {
        var request = given().contentType(ContentType.JSON).body(body);
        return (key == null ? request : request.header("Idempotency-Key", key))
                .post("/api/v1/sweeps/" + sweep + "/" + what)
                .then();
    }

    private static JsonPath ask(String sweep, String key, int points) {
        return post(sweep, "ask", key, "{\"points\": " + points + "}")
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static ValidatableResponse tell(String sweep, String body) {
        return post(sweep, "tell", null, body);
    }

    @Test
    void aColleagueTellsNothingOfAnothersStudy() {
        String project = "study-" + UUID.randomUUID();
        people.project(project);
        String owner = researcher(project);
        String colleague = researcher(project);
        String sweep = by(owner)
                .header("X-Runyard-Project", project)
                .body("{\"experiment\": \"theirs\", \"external\": true, \"base\": {}, \"metric\": \"loss\", "
                        + "\"axes\": {\"x\": {\"uniform\": [0, 1]}}, \"sampler\": {\"kind\": \"random\", \"runs\": 2}}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        String at = "/api/v1/sweeps/" + sweep;
        by(owner).body("{}").post(at + "/ask").then().statusCode(200);
        String told = "{\"point\": 0, \"value\": 1}";
        by(colleague).body("{}").post(at + "/ask").then().statusCode(403);
        by(colleague).body(told).post(at + "/tell").then().statusCode(403);
        by(colleague)
                .body("{\"point\": 0, \"value\": 1, \"epoch\": 1}")
                .post(at + "/tell")
                .then()
                .statusCode(403);
        by(owner).body(told).post(at + "/tell").then().statusCode(200);
    }

    @Test
    void aPointThatIsOverReportsNothingNew() {
        String sweep = queue("\"sampler\": {\"kind\": \"random\", \"runs\": 2}, \"pruner\": {\"kind\": \"median\"}");
        ask(sweep, null, 2);
        tell(sweep, "{\"point\": 0, \"epoch\": 1, \"value\": 3}").statusCode(200);
        tell(sweep, "{\"point\": 0, \"value\": 2}").statusCode(200);
        tell(sweep, "{\"point\": 0, \"epoch\": 2, \"value\": 1}")
                .statusCode(409)
                .body("code", equalTo("ALREADY_TOLD"));
        // Sent again because its answer was lost.
        tell(sweep, "{\"point\": 0, \"epoch\": 1, \"value\": 3}").statusCode(200);
        assertThat(statements.number("select count(*) from sweep_reading where sweep_id = ?", UUID.fromString(sweep)))
                .isEqualTo(1);
    }

    private String researcher(String project) {
        UUID account = people.account("researcher-" + UUID.randomUUID());
        people.member(project, account, "RESEARCHER");
        return people.token(account, "WRITE");
    }

    private static RequestSpecification by(String token) {
        return given().header("Authorization", "Bearer " + token).contentType(ContentType.JSON);
    }

    @Test
    void aLoopOfOnesOwnLearnsAndEnds() {
        String sweep = queue("\"sampler\": {\"kind\": \"tpe\", \"runs\": 24, \"startup\": 8}");
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 24; i++) {
            JsonPath asked = ask(sweep, null, 1);
            assertThat(asked.getInt("points[0].point")).isEqualTo(i);
            double x = asked.getDouble("points[0].params.x");
            double loss = (x - 2) * (x - 2);
            best = Math.min(best, loss);
            tell(sweep, "{\"point\": " + i + ", \"value\": " + loss + "}").statusCode(200);
        }
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("state", equalTo("FINISHED"))
                .body("created", equalTo(24))
                .body("states.FINISHED", equalTo(24));
        JsonPath points = given().get("/api/v1/sweeps/" + sweep + "/points").jsonPath();
        int at = points.getInt("best");
        assertThat(points.getDouble("points[" + at + "].values[0]")).isCloseTo(best, within(1e-6));
        assertThat(points.getInt("points[23].history")).isEqualTo(23);
        assertThat(best).isLessThan(1);
        assertThat(ask(sweep, null, 1).getString("stopping")).contains("all 24 points were asked for");
        given().get("/api/v1/sweeps/" + sweep + "/importance")
                .then()
                .statusCode(200)
                .body("shares[0].path", equalTo("x"));
        // Nothing of it is a run, and no device of the lab is asked.
        assertThat(statements.number("select count(*) from run where sweep_id = ?", UUID.fromString(sweep)))
                .isZero();
        post(sweep, "extend", null, "{\"points\": 2}").statusCode(200);
        assertThat(ask(sweep, null, 5).getList("points")).hasSize(2);
    }

    /** Of x² and (x − 2)² neither is best alone: what cannot be had better lies between 0 and 2. */
    @Test
    void twoGoalsEndInAFrontAndAPointIsDrawnOnce() {
        String sweep = given().contentType(ContentType.JSON)
                .body("""
                        {"experiment": "study", "external": true, "base": {}, "metric": "left", "goal": "min",
                         "further": [{"metric": "right", "goal": "min"}], "axes": {"x": {"uniform": [-10, 10]}},
                         "sampler": {"kind": "nsga2", "runs": 40, "population": 8}}""")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        List<double[]> told = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            JsonPath asked = ask(sweep, "key-" + i, 1);
            double x = asked.getDouble("points[0].params.x");
            // After an answer that was lost, or a restart: the same point, although more is known by now.
            assertThat(ask(sweep, "key-" + i, 1).getDouble("points[0].params.x"))
                    .isEqualTo(x);
            told.add(new double[] {x * x, (x - 2) * (x - 2)});
            String values = "{\"left\": " + x * x + ", \"right\": " + (x - 2) * (x - 2) + "}";
            // Of what failed nothing is on the front.
            tell(
                            sweep,
                            "{\"point\": " + i
                                    + (i % 10 == 9 ? ", \"state\": \"FAILED\"}" : ", \"values\": " + values + "}"))
                    .statusCode(200);
            if (i == 0) {
                tell(sweep, "{\"point\": 0, \"value\": 1}").statusCode(422).body("field", equalTo("values.right"));
            }
        }
        JsonPath points = given().get("/api/v1/sweeps/" + sweep + "/points").jsonPath();
        List<Integer> front = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            double[] one = told.get(i);
            boolean beaten = java.util.stream.IntStream.range(0, 40)
                    .filter(j -> j % 10 != 9)
                    .anyMatch(j -> told.get(j)[0] <= one[0]
                            && told.get(j)[1] <= one[1]
                            && told.get(j)[0] + told.get(j)[1] < one[0] + one[1]);
            if (i % 10 != 9 && !beaten) {
                front.add(i);
            }
        }
        assertThat(points.getList("front", Integer.class)).isEqualTo(front).hasSizeGreaterThan(2);
        assertThat(points.getList("points.params.x")).hasSize(40).doesNotHaveDuplicates();
        assertThat(points.getList("points.sampler")).containsOnly("nsga2");
        // It learned: few of the first lie between the goals, most of the last.
        assertThat(told.subList(32, 40).stream().filter(v -> v[0] + v[1] < 8).count())
                .isGreaterThan(
                        told.subList(0, 8).stream().filter(v -> v[0] + v[1] < 8).count());
    }

    @Test
    void whoAsksAgainGetsTheSameAndNobodyElseDoes() throws Exception {
        String sweep = queue("\"sampler\": {\"kind\": \"tpe\", \"runs\": 60, \"startup\": 4}");
        List<Integer> first = ask(sweep, "one", 3).getList("points.point");
        assertThat(ask(sweep, "one", 3).getList("points.point")).isEqualTo(first);
        post(sweep, "ask", "one", "{\"points\": 4}").statusCode(409);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Callable<List<Integer>>> clients = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                int client = c;
                clients.add(() -> {
                    List<Integer> mine = new ArrayList<>();
                    for (int i = 0; i < 10; i++) {
                        // Each request is sent twice, as after an answer that was lost.
                        List<Integer> once = ask(sweep, client + "-" + i, 1).getList("points.point");
                        assertThat(ask(sweep, client + "-" + i, 1).<Integer>getList("points.point"))
                                .isEqualTo(once);
                        mine.addAll(once);
                        String said = "{\"point\": " + once.get(0) + ", \"value\": " + i + "}";
                        tell(sweep, said).statusCode(200);
                        tell(sweep, said).statusCode(200);
                    }
                    return mine;
                });
            }
            List<Integer> all = new ArrayList<>(first);
            for (Future<List<Integer>> one : pool.invokeAll(clients)) {
                all.addAll(one.get());
            }
            assertThat(all).hasSize(43).doesNotHaveDuplicates();
        } finally {
            pool.shutdownNow();
        }
        JsonPath points = given().get("/api/v1/sweeps/" + sweep + "/points").jsonPath();
        assertThat(points.getList("points.params", Map.class)).doesNotHaveDuplicates();
        assertThat(points.getList("points.findAll { it.state == 'FINISHED' }")).hasSize(40);
    }

    @Test
    void aPointIsOnTheDiskBeforeItIsHandedOut() {
        String sweep = queue("\"sampler\": {\"kind\": \"random\", \"runs\": 60}");
        List<Long> behind = new ArrayList<>();
        for (int i = 0; i < 31; i++) {
            ask(sweep, null, 1);
            behind.add(statements.number("select (pg_current_wal_insert_lsn() - pg_current_wal_flush_lsn())::bigint"));
        }
        Collections.sort(behind);
        // Of the log: others write seldom, and what a request writes is some hundred bytes at least.
        assertThat(behind.get(15)).isLessThan(100);
    }

    @Test
    void manyWhoTellTheLastPointsAtOnceEndItOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 5; round++) {
                String sweep = queue("\"sampler\": {\"kind\": \"random\", \"runs\": 8}");
                List<Integer> points = ask(sweep, null, 8).getList("points.point");
                List<Callable<Integer>> tellers = new ArrayList<>();
                for (int point : points) {
                    tellers.add(() -> tell(sweep, "{\"point\": " + point + ", \"value\": 1}")
                            .extract()
                            .statusCode());
                }
                for (Future<Integer> status : pool.invokeAll(tellers)) {
                    assertThat(status.get()).isEqualTo(200);
                }
                given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
                assertThat(statements.number(
                                "select count(*) from event where sweep_id = ? and kind = 'end'",
                                UUID.fromString(sweep)))
                        .isEqualTo(1);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void itEndsWhenItIsStoppedWhileTheLastPointsAreTold() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 10; round++) {
                String sweep = queue("\"sampler\": {\"kind\": \"random\", \"runs\": 50}");
                List<Callable<Integer>> both = new ArrayList<>();
                for (int point : ask(sweep, null, 4).<Integer>getList("points.point")) {
                    both.add(() -> tell(sweep, "{\"point\": " + point + ", \"value\": 1}")
                            .extract()
                            .statusCode());
                }
                both.add(round % 5, () -> given().post("/api/v1/sweeps/" + sweep + "/stop")
                        .statusCode());
                for (Future<Integer> status : pool.invokeAll(both)) {
                    assertThat(status.get()).isEqualTo(200);
                }
                given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void whatIsToldStays() {
        String sweep = queue("\"sampler\": {\"kind\": \"random\", \"runs\": 3}");
        tell(sweep, "{\"point\": 0, \"value\": 1}").statusCode(404);
        ask(sweep, null, 2);
        tell(sweep, "{\"point\": 2, \"value\": 1}").statusCode(404);
        tell(sweep, "{\"point\": 0, \"value\": 1}").statusCode(200);
        tell(sweep, "{\"point\": 0, \"value\": 1}").statusCode(200);
        tell(sweep, "{\"point\": 0, \"value\": 2}").statusCode(409).body("code", equalTo("ALREADY_TOLD"));
        tell(sweep, "{\"point\": 0, \"state\": \"FAILED\"}").statusCode(409);
        tell(sweep, "{\"point\": 1, \"state\": \"FAILED\", \"message\": \"out of memory\"}")
                .statusCode(200);
        given().get("/api/v1/sweeps/" + sweep + "/points")
                .then()
                .body("points[1].state", equalTo("FAILED"))
                .body("points[1].message", equalTo("out of memory"));
    }

    @Test
    void aPointThatReportsIsPrunedOnceAndForAll() {
        String sweep = queue("\"sampler\": {\"kind\": \"random\", \"runs\": 3},"
                + " \"pruner\": {\"kind\": \"asha\", \"reduction\": 3, \"minEpochs\": 1}");
        ask(sweep, null, 3);
        tell(sweep, "{\"point\": 0, \"epoch\": 1, \"value\": 0.4}")
                .statusCode(200)
                .body("decision", equalTo("KEEP"));
        for (int again = 0; again < 2; again++) {
            tell(sweep, "{\"point\": 1, \"epoch\": 1, \"value\": 0.5}")
                    .statusCode(200)
                    .body("decision", equalTo("STOP"))
                    .body("why", containsString("place 2 of 2"));
        }
        tell(sweep, "{\"point\": 1, \"epoch\": 1, \"value\": 0.1}").statusCode(409);
        // Whoever does not obey is told again, and what it reports counts for nobody.
        tell(sweep, "{\"point\": 1, \"epoch\": 3, \"value\": 0.01}").body("decision", equalTo("STOP"));
        tell(sweep, "{\"point\": 0, \"epoch\": 3, \"value\": 0.3}").body("decision", equalTo("KEEP"));
        tell(sweep, "{\"point\": 1, \"state\": \"PRUNED\"}").statusCode(200);
        given().get("/api/v1/sweeps/" + sweep + "/points")
                .then()
                .body("points[1].state", equalTo("PRUNED"))
                .body("points[1].values[0]", equalTo(0.5f))
                .body("points[1].epochs", equalTo(1f));
        given().get("/api/v1/sweeps/" + sweep + "/rungs")
                .then()
                .body("readings", hasSize(3))
                .body("readings[1].decision", equalTo("STOP"));
    }

    @Test
    void whatCannotBeAskedOrToldIsRefusedByName() {
        String sweep = queue("\"sampler\": {\"kind\": \"random\", \"runs\": 3}");
        post(sweep, "ask", null, "{\"points\": 0}").statusCode(422).body("field", equalTo("points"));
        ask(sweep, null, 1);
        tell(sweep, "{\"point\": 0}").statusCode(422).body("field", equalTo("values.loss"));
        tell(sweep, "{\"point\": 0, \"values\": {\"lost\": 1}}").statusCode(422).body("field", equalTo("values.loss"));
        tell(sweep, "{\"point\": 0, \"state\": \"OPEN\"}").statusCode(422).body("field", equalTo("state"));
        tell(sweep, "{\"point\": 0, \"epoch\": 0, \"value\": 1}")
                .statusCode(422)
                .body("field", equalTo("epoch"));
        post(sweep, "pause", null, "{}").statusCode(200);
        post(sweep, "ask", null, "{}").statusCode(409).body("detail", containsString("PAUSED"));
        post(sweep, "resume", null, "{}").statusCode(200);
        ask(sweep, null, 1);
        String own = given().contentType(ContentType.JSON)
                .body("{\"base\": {\"dataset\": {\"id\": \"shapes\"}}, \"axes\": {\"method.prompts\": [1, 2]}}")
                .post("/api/v1/sweeps")
                .jsonPath()
                .getString("id");
        post(own, "ask", null, "{}").statusCode(422).body("remedy", containsString("external: true"));
        tell(own, "{\"point\": 0, \"value\": 1}").statusCode(422).body("remedy", containsString("external: true"));
        given().contentType(ContentType.JSON)
                .body(
                        "{\"external\": true, \"base\": {}, \"axes\": {\"x\": [1, 2]}, \"metric\": \"loss\", \"seeds\": [0, 1]}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("field", equalTo("seeds"));
        given().contentType(ContentType.JSON)
                .body("{\"external\": true, \"base\": {}, \"axes\": {\"x\": [1, 2]}, \"metric\": \"happiness\"}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("field", equalTo("goal"));
    }

    @Test
    void aSweepAroundTheBestPointLearnsFromTheFirst() {
        String sweep = queue("\"sampler\": {\"kind\": \"random\", \"runs\": 8}");
        for (int i = 0; i < 8; i++) {
            double x = ask(sweep, null, 1).getDouble("points[0].params.x");
            tell(sweep, "{\"point\": " + i + ", \"value\": " + Math.abs(x - 9) + "}");
        }
        String around = given().get("/api/v1/sweeps/" + sweep + "/points/best/around")
                .then()
                .statusCode(200)
                .body("from", equalTo(sweep))
                .body("sampler.kind", equalTo("tpe"))
                .extract()
                .asString();
        JsonPath narrowed = JsonPath.from(around);
        double lo = narrowed.getDouble("axes.x.uniform[0]");
        double hi = narrowed.getDouble("axes.x.uniform[1]");
        assertThat(hi - lo).isBetween(3.749, 3.751);
        String next = given().contentType(ContentType.JSON)
                .body(around)
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getString("id");
        double x = ask(next, null, 1).getDouble("points[0].params.x");
        assertThat(x).isBetween(lo, hi);
        assertThat(given().get("/api/v1/sweeps/" + next + "/points").jsonPath().getInt("points[0].history"))
                .isBetween(1, 7);
        given().get("/api/v1/sweeps/" + sweep + "/points/99/around").then().statusCode(404);
        given().get("/api/v1/sweeps/" + sweep + "/points/best/run").then().statusCode(422);
    }
}
