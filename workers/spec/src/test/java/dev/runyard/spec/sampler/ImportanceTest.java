package dev.runyard.spec.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.runyard.spec.space.Axis;
import dev.runyard.spec.space.Draws;
import dev.runyard.spec.space.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ImportanceTest {
    private static final Space SPACE = Space.of(Map.of(
            "idle", new Axis.Uniform(0, 1),
            "kind",
                    new Axis.Choice(
                            List.of(JsonNodeFactory.instance.textNode("a"), JsonNodeFactory.instance.textNode("b"))),
            "rate", new Axis.LogUniform(1e-4, 1)));

    private static List<Past> history(int n) {
        List<Past> out = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Map<String, JsonNode> point = Draws.point(SPACE.axes(), 5, i);
            double rate = Math.log10(point.get("rate").doubleValue()) + 2;
            out.add(Past.finished(
                    point, rate * rate + (point.get("kind").textValue().equals("a") ? 0 : 0.3)));
        }
        return out;
    }

    @ParameterizedTest
    @EnumSource
    void whatMattersComesFirstAndWhatDoesNotHasAnIntervalThatReachesNought(Importance.Method method) {
        Importance.Answer answer = Importance.of(SPACE, history(120), method);
        assertThat(answer.shares()).extracting(Importance.Share::path).startsWith("rate", "kind");
        assertThat(answer.shares().get(0).lo()).isGreaterThan(0.5);
        Importance.Share idle = answer.shares().get(2);
        assertThat(idle.share()).isLessThan(0.1);
        assertThat(answer.shares()).allSatisfy(s -> {
            assertThat(s.share()).isBetween(s.lo(), s.hi());
            assertThat(s.points()).isEqualTo(120);
        });
    }

    @ParameterizedTest
    @EnumSource
    void tooFewPointsSayNothing(Importance.Method method) {
        assertThat(Importance.of(SPACE, history(19), method).shares()).isEmpty();
        assertThat(Importance.of(SPACE, history(19), method).needed()).isEqualTo(20);
        assertThat(Importance.of(SPACE, List.of(), method).shares()).isEmpty();
    }
}
