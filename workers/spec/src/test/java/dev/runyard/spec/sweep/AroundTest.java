package dev.runyard.spec.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.space.Draws;
import dev.runyard.spec.space.Space;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AroundTest {
    private static final SweepSpec SWEEP = Json.read("""
            {"base": {}, "external": true, "metric": "loss", "experiment": "e",
             "axes": {"a": {"uniform": [0, 8]}, "b": {"logUniform": [0.0001, 1]}, "c": {"integers": [1, 64]},
                      "d": {"integers": [8, 1024], "log": true}, "e": {"integers": [0, 100], "step": 5}, "f": {"normal": [0, 2]},
                      "g": {"logNormal": [-2, 1]}, "h": [1, 2, 4, 8], "i": ["x", "y"],
                      "j": {"uniform": [0, 1], "when": {"i": "x"}}},
             "include": [], "budget": {"target": 0.1}, "sampler": {"kind": "random", "runs": 50}}""", SweepSpec.class);

    /** A quarter of each range, within the whole, with the point in it; and it is a sweep that is taken. */
    @Test
    void aPointLiesInWhatIsAroundIt() {
        for (int i = 0; i < 300; i++) {
            Space whole = SWEEP.space();
            Map<String, JsonNode> point = whole.kept(Draws.point(SWEEP.axes(), 3, i));
            ObjectNode around = Around.sweep(SWEEP, "11111111-1111-4111-8111-111111111111", i, point);
            SweepSpec read = Json.read(around, SweepSpec.class);
            Points.check(read);
            Space narrow = read.space();
            assertThat(narrow.has(point)).as(around.toString()).isTrue();
            for (int k = 0; k < 20; k++) {
                assertThat(whole.has(narrow.kept(Draws.point(read.axes(), 4, k))))
                        .isTrue();
            }
        }
    }

    @Test
    void itIsNarrowerAndLearns() {
        Map<String, JsonNode> point = Json.mapper()
                .convertValue(
                        Json.tree("{\"a\": 0.5, \"b\": 0.01, \"c\": 32, \"h\": 4, \"i\": \"y\"}"),
                        new TypeReference<Map<String, JsonNode>>() {});
        ObjectNode around = Around.sweep(SWEEP, "11111111-1111-4111-8111-111111111111", 7, point);
        assertThat(around.at("/axes/a/uniform").toString()).isEqualTo("[0.0,2.0]");
        assertThat(around.at("/axes/b/logUniform/0").doubleValue()).isBetween(0.00316, 0.00317);
        assertThat(around.at("/axes/c/integers").toString()).isEqualTo("[24,40]");
        assertThat(around.at("/axes/h").toString()).isEqualTo("[2,4,8]");
        assertThat(around.at("/axes/i")).isEqualTo(Json.tree("[\"x\",\"y\"]"));
        assertThat(around.path("from").asText()).startsWith("1111");
        assertThat(around.at("/sampler/kind").asText()).isEqualTo("tpe");
        assertThat(around.has("budget")).isFalse();
    }

    @Test
    void theBestQuarterGetsFurtherSeeds() {
        SweepSpec later = Json.read(
                "{\"base\": {\"dataset\": {\"id\": \"shapes\"}}, \"axes\": {\"batchSize\": {\"integers\": [8, 64]}},"
                        + " \"seeds\": [3, 4, 5], \"seedsLater\": true, \"sampler\": {\"kind\": \"random\", \"runs\": 10}}",
                SweepSpec.class);
        Points.check(later);
        assertThat(Points.first(later)).isEqualTo(10);
        assertThat(Points.count(later)).isEqualTo(10 + 3 * 2);
        Map<String, JsonNode> point = Points.points(later).get(0);
        assertThat(Points.runs(later, point)).hasSize(1).first().satisfies(run -> assertThat(
                        run.get("seed").asInt())
                .isEqualTo(3));
        assertThat(Points.further(later, point))
                .extracting(run -> run.get("seed").asInt())
                .containsExactly(4, 5);
    }
}
