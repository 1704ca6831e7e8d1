package dev.runyard.spec.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Axes that are there only where others have certain values. */
class ConditionsTest {
    private static Map<String, Axis> axes(String yaml) {
        return Json.mapper().convertValue(Json.yaml(yaml), new TypeReference<Map<String, Axis>>() {});
    }

    private static List<String> order(String yaml) {
        return Conditions.ordered(axes(yaml)).stream().map(Dimension::path).toList();
    }

    @Test
    void eachComesAfterThoseThatItDependsOn() {
        assertThat(
                        order(
                                "{a: {uniform: [0, 1], when: {c: 2}}, b: [1, 2], c: {choice: [1, 2], when: {d: x}}, d: [x, y]}"))
                .containsExactly("b", "d", "c", "a");
        assertThat(order("{a: {uniform: [0, 1], when: {method.kind: pgn}}, method: [{kind: pgn}, {kind: iip}]}"))
                .as("what an object holds")
                .containsExactly("method", "a");
    }

    /** The axis that is named lies on the round itself, not only before it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{a: {choice: [1], when: {a: 1}}} | axes.a.when | a itself: a",
                "{a: {choice: [1], when: {b: 1}}, b: {choice: [1], when: {a: 1}}} | axes.a.when | a itself: a, b",
                "{a: {choice: [1], when: {b: 1}}, b: {choice: [1], when: {c: 1}}, c: {choice: [1], when: {b: 1}}}"
                        + " | axes.b.when | b itself: b, c",
                "{a: {choice: [1], when: {c: 1}}, b: {choice: [1], when: {a: 1}}, c: {choice: [1], when: {b: 1}}, d: [1]}"
                        + " | axes.a.when | a itself: a, c, b",
            })
    void aRoundIsRefusedByTheAxesOnIt(String yaml, String field, String words) {
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> order(yaml));
        assertThat(e.code()).isEqualTo("CONDITION_CYCLE");
        assertThat(e.field()).isEqualTo(field);
        assertThat(e.getMessage())
                .contains("depends in the end on " + words)
                .contains("leave one of their conditions out");
    }

    /** What depends on an axis that is not there is not there either. */
    @Test
    void whatIsNotThereTakesWithItWhatDependsOnIt() {
        Space space = Space.of(
                axes("{a: [1, 2], b: {choice: [1, 2], when: {a: 1}}, c: {uniform: [0, 1], when: {b: [1, 2]}}}"));
        Map<String, JsonNode> all = Map.of("a", Json.tree("2"), "b", Json.tree("1"), "c", Json.tree("0.5"));
        assertThat(space.kept(all)).containsOnlyKeys("a");
        assertThat(space.at(new double[] {0, 0, 0.5})).containsOnlyKeys("a", "b", "c");
        assertThat(space.at(new double[] {0.9, 0, 0.5})).containsOnlyKeys("a");
        assertThat(space.coordinates(Map.of("a", Json.tree("2.0")))).containsExactly(0.75, Double.NaN, Double.NaN);
    }
}
