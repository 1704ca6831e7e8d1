package dev.runyard.service.run.aggregate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.Configurations;
import dev.runyard.spec.json.Json;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups are what grouping the list gives: over all runs, whatever their values look like. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RunGroupsTest {
    private static final String E = "groups";
    private static final String[] BY = {"params.kind", "params.size", "state", "name"};
    private static final String FIELD = "metrics.val/top1";

    @Inject
    Statements statements;

    @Inject
    Configurations configurations;

    /** 150 runs with few different values, missing ones, odd texts, and metrics that are missing, NaN or infinite. */
    @BeforeEach
    void runs() {
        if (statements.number("select count(*) from experiment where name = ?", E) > 0) {
            return;
        }
        statements.change(
                "insert into experiment (project_id, name, created_by) select id, ?, 'test' from project where name = 'default'",
                E);
        statements.change(
                "insert into metric_key (key, lower_is_better) values ('val/top1', false) on conflict do nothing");
        String[] kinds = {
            "\"pgn\"", "\"it's `odd` \\\\ \\\"\"", "\"4\"", "4", "true", "\"true\"", "[1,\"a\"]", "null", "\"\""
        };
        String[] sizes = {"1", "1.0", "0.5", "1e300", "-3", "null", "{\"deep\": \"x\"}"};
        String[] states = {"FINISHED", "QUEUED", "CANCELLED"};
        Double[] values = {1.5, 2.25, null, Double.NaN, Double.POSITIVE_INFINITY, -7.0, 1e6};
        Random random = new Random(5);
        for (int i = 0; i < 150; i++) {
            UUID id = UUID.randomUUID();
            String spec = "{\"kind\": " + kinds[random.nextInt(kinds.length)] + ", \"size\": "
                    + sizes[random.nextInt(sizes.length)] + "}";
            String state = states[random.nextInt(states.length)];
            statements.change(
                    "insert into run (id, project_id, experiment_id, name, state, spec, spec_hash, created_by, epochs, ended_at)"
                            + " select ?, project_id, id, ?, ?, cast(? as jsonb), '', 'test', 1, case when ? <> 'QUEUED' then now() end"
                            + " from experiment where name = ?",
                    id,
                    "n" + random.nextInt(3),
                    state,
                    spec,
                    state,
                    E);
            configurations.store(id, Configuration.of(Json.tree(spec), Json.tree("{}")));
            Double value = values[random.nextInt(values.length)];
            if (value != null) {
                boolean finite = Double.isFinite(value);
                statements.change(
                        "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, lower_is_better)"
                                + " select ?, id, 1, 0, 1, 1, ?, ?, ?, false from metric_key where key = 'val/top1'",
                        id,
                        value,
                        finite ? value : null,
                        finite ? value : null);
            }
        }
    }

    private static JsonNode get(String path, Object... query) throws IOException {
        var request = given();
        for (int i = 0; i < query.length; i += 2) {
            request = query[i + 1] instanceof List<?> many
                    ? request.queryParam((String) query[i], many)
                    : request.queryParam((String) query[i], query[i + 1]);
        }
        return new ObjectMapper()
                .readTree(request.get(path).then().statusCode(200).extract().asString());
    }

    @Test
    void equalToGroupingTheListAndEachFilterListsItsRuns() throws IOException {
        JsonNode list = get(
                "/api/v1/runs", "experiment", E, "limit", 1000, "field", List.of(BY[0], BY[1], BY[2], BY[3], FIELD));
        assertThat(list.get("items")).hasSize(150);
        for (List<String> by : List.of(
                List.of(BY[0]),
                List.of(BY[1]),
                List.of(BY[0], BY[1]),
                List.of(BY[2], BY[0]),
                List.of(BY[0], BY[1], BY[2], BY[3]))) {
            Map<List<JsonNode>, List<JsonNode>> expected = new HashMap<>();
            for (JsonNode run : list.get("items")) {
                List<JsonNode> key =
                        by.stream().map(f -> at(run.get("values"), f)).toList();
                expected.computeIfAbsent(key, k -> new ArrayList<>()).add(run);
            }
            JsonNode groups = get("/api/v1/runs/groups", "experiment", E, "by", by, "field", FIELD, "limit", 1000);
            assertThat(groups.get("items")).hasSize(expected.size());
            assertThat(groups.get("total").asInt()).isEqualTo(expected.size());
            for (JsonNode group : groups.get("items")) {
                List<JsonNode> key =
                        by.stream().map(f -> group.get("by").get(f)).toList();
                List<JsonNode> runs = expected.get(key);
                assertThat(runs).as("%s", key).isNotNull();
                assertThat(group.get("runs").asInt()).isEqualTo(runs.size());
                int inStates = 0;
                for (JsonNode n : group.get("states")) {
                    inStates += n.asInt();
                }
                assertThat(inStates).isEqualTo(runs.size());
                spread(group.get("fields").get(FIELD), runs);
                String filter = group.get("filter").asText();
                JsonNode own = get("/api/v1/runs", "experiment", E, "filter", filter, "limit", 1000);
                assertThat(own.get("items").findValuesAsText("id"))
                        .as(filter)
                        .containsExactlyInAnyOrderElementsOf(
                                runs.stream().map(r -> r.get("id").asText()).toList());
            }
        }
    }

    private static JsonNode at(JsonNode values, String field) {
        return values.has(field) ? values.get(field) : com.fasterxml.jackson.databind.node.NullNode.getInstance();
    }

    private static void spread(JsonNode spread, List<JsonNode> runs) {
        double[] values = runs.stream()
                .map(r -> r.get("values").path(FIELD))
                .filter(JsonNode::isNumber)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
        assertThat(spread.get("n").asInt()).isEqualTo(values.length);
        if (values.length > 0) {
            double mean = java.util.Arrays.stream(values).average().orElseThrow();
            assertThat(spread.get("mean").asDouble()).isCloseTo(mean, within(1e-9 * Math.max(1, Math.abs(mean))));
            assertThat(spread.get("min").asDouble())
                    .isEqualTo(java.util.Arrays.stream(values).min().orElseThrow());
            assertThat(spread.get("max").asDouble())
                    .isEqualTo(java.util.Arrays.stream(values).max().orElseThrow());
        }
        assertThat(spread.has("std")).isEqualTo(values.length > 1);
        if (values.length > 1) {
            double mean = java.util.Arrays.stream(values).average().orElseThrow();
            double squares = java.util.Arrays.stream(values)
                    .map(v -> (v - mean) * (v - mean))
                    .sum();
            double std = Math.sqrt(squares / (values.length - 1));
            assertThat(spread.get("std").asDouble()).isCloseTo(std, within(1e-9 * Math.max(1, std)));
        }
    }

    @Test
    void sortedByAGroupOrAMeanAndReadInPages() throws IOException {
        for (String sort : new String[] {"-runs", "params.kind", "-" + FIELD}) {
            List<String> paged = new ArrayList<>();
            Object cursor = "";
            do {
                JsonNode page = get(
                        "/api/v1/runs/groups",
                        "experiment",
                        E,
                        "by",
                        "params.kind",
                        "field",
                        FIELD,
                        "sort",
                        sort,
                        "limit",
                        2,
                        "cursor",
                        cursor);
                page.get("items").forEach(g -> paged.add(g.get("filter").asText()));
                cursor = page.has("next") ? page.get("next").asText() : null;
            } while (cursor != null);
            JsonNode all = get(
                    "/api/v1/runs/groups",
                    "experiment",
                    E,
                    "by",
                    "params.kind",
                    "field",
                    FIELD,
                    "sort",
                    sort,
                    "limit",
                    1000);
            assertThat(paged)
                    .isEqualTo(all.get("items").findValuesAsText("filter"))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void whatMeansNothingIsRefusedByName() {
        Map<String, Map<String, Object>> bad = Map.of(
                "by", Map.of(),
                "sort", Map.of("by", "state", "sort", "nope"),
                "limit", Map.of("by", "state", "limit", 0),
                "cursor", Map.of("by", "state", "cursor", "1_2"),
                "field", Map.of("by", "state", "field", List.of("name", "name")));
        bad.forEach((field, query) -> given().queryParams(query)
                .get("/api/v1/runs/groups")
                .then()
                .statusCode(422)
                .body("field", org.hamcrest.Matchers.equalTo(field)));
        given().queryParam("by", "metrics.a")
                .get("/api/v1/runs/groups")
                .then()
                .statusCode(422)
                .body("code", org.hamcrest.Matchers.equalTo("UNKNOWN_FIELD"));
    }
}
