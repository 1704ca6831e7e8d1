package dev.runyard.spec.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.run.RunFields;
import dev.runyard.spec.run.RunSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OverridesTest {
    private static final ObjectNode BASE =
            Json.yaml("{dataset: {id: shapes}, method: {kind: pgn, prompts: 2, librarySize: 32}}");

    private static Map<String, JsonNode> paths(String yaml) {
        Map<String, JsonNode> out = new LinkedHashMap<>();
        Json.yaml(yaml).properties().forEach(e -> out.put(e.getKey(), e.getValue()));
        return out;
    }

    @Test
    void aFieldIsSetAndTheBaseIsLeftAlone() {
        ObjectNode before = BASE.deepCopy();
        RunSpec spec = Overrides.apply(BASE, paths("{method.prompts: 9, schedule.epochs: 7, seed: 3}"));
        assertThat(((MethodSpec.Pgn) spec.method()).prompts()).isEqualTo(9);
        assertThat(((MethodSpec.Pgn) spec.method()).librarySize()).isEqualTo(32);
        assertThat(spec.schedule().epochs()).isEqualTo(7);
        assertThat(spec.seed()).isEqualTo(3);
        assertThat(BASE).isEqualTo(before);
    }

    @Test
    void anObjectReplacesTheWhole() {
        assertThat(Overrides.apply(BASE, paths("{method: {kind: iip, prompts: 8}}"))
                        .method())
                .isEqualTo(new MethodSpec.Iip(8));
    }

    @Test
    void aMissingObjectIsMadeWithItsDefaultKind() {
        RunSpec spec = Overrides.apply(Json.yaml("{dataset: {id: shapes}}"), paths("{method.prompts: 4}"));
        assertThat(((MethodSpec.Pgn) spec.method()).prompts()).isEqualTo(4);
    }

    @Test
    void anAxisMayGiveWhatTheBaseLacks() {
        RunSpec spec = Overrides.apply(Json.yaml("{}"), paths("{dataset.id: eurosat, dataset.root: data}"));
        assertThat(spec.dataset().id()).isEqualTo("eurosat");
    }

    @Test
    void aFieldOfAnotherKindIsRefused() {
        InvalidSpec e = catchThrowableOfType(
                InvalidSpec.class,
                () -> Overrides.apply(
                        Json.yaml("{dataset: {id: shapes}, method: {kind: iip}}"), paths("{method.librarySize: 4}")));
        assertThat(e.code()).isEqualTo("NOT_APPLICABLE");
        assertThat(e.getMessage())
                .contains("method.librarySize")
                .contains("pgn")
                .contains("here it is iip");
    }

    @Test
    void everyPathIsAFieldOfTheSpec() {
        ObjectNode written = (ObjectNode) Json.mapper().valueToTree(Json.read(BASE, RunSpec.class));
        written.properties().forEach(outer -> {
            assertThat(RunFields.paths()).contains(outer.getKey());
            outer.getValue().fieldNames().forEachRemaining(n -> assertThat(RunFields.paths())
                    .contains(outer.getKey() + "." + n));
        });
        assertThat(RunFields.defaultKind("method"))
                .hasValue(written.get("method").get("kind").textValue());
    }
}
