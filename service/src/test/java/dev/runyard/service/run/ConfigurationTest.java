package dev.runyard.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import org.junit.jupiter.api.Test;

final class ConfigurationTest {
    private static Configuration of(String spec, String params) {
        return Configuration.of(Json.tree(spec), Json.tree(params));
    }

    @Test
    void whatWasLeftOutIsThereWithTheDefaultThatActs() {
        Configuration configuration = of("{\"dataset\": {\"id\": \"shapes\"}, \"seed\": 3}", "{}");
        assertThat(configuration.values())
                .containsEntry("dataset.id", "\"shapes\"")
                .containsEntry("seed", "3")
                .containsEntry("batchSize", "128")
                .containsEntry("method.kind", "\"pgn\"");
        assertThat(configuration.values().values()).doesNotContain("null");
    }

    @Test
    void equalNumbersAreEqualTexts() {
        for (String one : new String[] {"1", "1.0", "1e0", "10e-1"}) {
            assertThat(of("{\"x\": " + one + "}", "{}").values()).containsEntry("x", "1");
        }
        assertThat(of("{\"x\": 0.10}", "{}").values()).containsEntry("x", "0.1");
        assertThat(of("{\"x\": 1e-7}", "{}").values()).containsEntry("x", "0.0000001");
        assertThat(of("{\"x\": 9007199254740993}", "{}").values()).containsEntry("x", "9007199254740993");
        assertThat(of("{\"x\": 1e300}", "{}").values().get("x")).hasSizeLessThan(10);
    }

    @Test
    void aSpecThatCannotBeReadIsShownAsItIs() {
        assertThat(of(
                                "{\"colour\": {\"hue\": 1}, \"list\": [1, {\"a\": 2}], \"none\": null, \"empty\": {}}",
                                "{\"swept.x\": 4}")
                        .values())
                .containsOnly(
                        java.util.Map.entry("colour.hue", "1"),
                        java.util.Map.entry("list", "[1,{\"a\":2}]"),
                        java.util.Map.entry("empty", "{}"),
                        java.util.Map.entry("swept.x", "4"));
    }

    @Test
    void theSamePathsAreTheSameLayout() {
        assertThat(of("{\"b\": 1, \"a\": 2}", "{}").layout())
                .isEqualTo(of("{\"a\": \"x\", \"b\": true}", "{}").layout());
        assertThat(of("{\"b\": 1}", "{}").layout())
                .isNotEqualTo(of("{\"a\": 1}", "{}").layout());
    }

    @Test
    void everyValueHasSomebodyWhoSaidIt() {
        ObjectNode document = (ObjectNode) Json.tree("{\"dataset\": {\"id\": \"shapes\"}, \"seed\": 3}");
        ObjectNode params = (ObjectNode) Json.tree("{\"seed\": 3, \"method\": {\"kind\": \"pgn\"}}");
        assertThat(Configuration.origin("seed", document, params)).isEqualTo(Configuration.Origin.AXIS);
        assertThat(Configuration.origin("method.kind", document, params)).isEqualTo(Configuration.Origin.AXIS);
        assertThat(Configuration.origin("dataset.id", document, params)).isEqualTo(Configuration.Origin.BASE);
        assertThat(Configuration.origin("dataset", document, params)).isEqualTo(Configuration.Origin.BASE);
        assertThat(Configuration.origin("batchSize", document, params)).isEqualTo(Configuration.Origin.DEFAULT);
    }
}
