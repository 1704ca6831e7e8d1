package dev.runyard.spec.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.space.Axis;
import dev.runyard.spec.space.Draws;
import dev.runyard.spec.space.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What each version of a sampler draws. A test that fails here says that the sampler draws something else than it did: raise its version, so that sweeps
 * under way are not changed by an upgrade, and write the new line.
 */
class SamplerVersionsTest {
    private static final Space SPACE =
            Space.of(Json.mapper().convertValue(Json.tree("""
            {"x": {"uniform": [-5, 10]}, "rate": {"logUniform": [1e-5, 1]}, "n": {"integers": [1, 64], "log": true}}"""), new TypeReference<Map<String, Axis>>() {}));
    private static final Space LISTS =
            Space.of(Json.mapper().convertValue(Json.tree("""
            {"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [0.1, 0.2, 0.3]}"""), new TypeReference<Map<String, Axis>>() {}));

    private static Sampler sampler(String kind) {
        String runs = kind.equals("grid") ? "" : ",\"runs\":50";
        return Sampler.of(Json.read("{\"kind\":\"" + kind + "\"" + runs + "}", SamplerSpec.class));
    }

    /** Coordinates to 9 digits: the last bits of a logarithm are the machine's. */
    private static String drawn(String kind) {
        Space space = kind.equals("grid") ? LISTS : SPACE;
        List<Past> history = new ArrayList<>();
        for (int i = 0; i < (kind.equals("grid") ? 5 : 40); i++) {
            Map<String, JsonNode> point = Draws.point(space.axes(), 9, i);
            double loss = 0;
            for (double u : space.coordinates(point)) {
                loss += (u - 0.3) * (u - 0.3);
            }
            history.add(new Past(
                    point, Past.State.FINISHED, kind.equals("nsga2") ? List.of(loss, 1 - loss) : List.of(loss), 9));
        }
        StringBuilder text = new StringBuilder();
        for (Map<String, JsonNode> point : sampler(kind).draw(space, 11, history, 3)) {
            for (double u : space.coordinates(point)) {
                text.append(String.format(java.util.Locale.ROOT, "%.9f ", u));
            }
        }
        return Sha256.of(text.toString()).substring(0, 16);
    }

    @ParameterizedTest
    @CsvSource({
        "grid, 1, 13734e801e871afd",
        "random, 1, 010fb60eb79407c6",
        "sobol, 1, e71e75c19514d51b",
        "tpe, 1, 8ad4b257f722a1ce",
        "cma-es, 1, cef6fc8f039612f5",
        "gp, 1, d29abeeedb47b489",
        "nsga2, 1, a243e5e67ce249da",
    })
    void aVersionDrawsWhatItAlwaysDrew(String kind, int version, String digest) {
        assertThat(sampler(kind).version()).isEqualTo(version);
        assertThat(drawn(kind)).isEqualTo(digest);
    }

    @Test
    void aVersionThatIsNotThereIsSaid() {
        SamplerSpec spec = Json.read("{\"kind\":\"tpe\",\"runs\":50}", SamplerSpec.class);
        assertThat(Sampler.of(spec, 1)).isInstanceOf(TpeSampler.class);
        assertThatThrownBy(() -> Sampler.of(spec, 2))
                .hasMessageContaining("tpe version 2")
                .hasMessageContaining("from:");
    }
}
