package dev.runyard.spec.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.space.Axis;
import dev.runyard.spec.space.Space;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same studies as {@code deploy/e2e/bench/optuna_importance.py} gave Optuna 5.0.0's fANOVA. */
class FanovaTest {
    static Stream<JsonNode> studies() throws Exception {
        return Files.readAllLines(Path.of("src/test/resources/importance/optuna.jsonl")).stream()
                .map(Json::tree);
    }

    @ParameterizedTest
    @MethodSource("studies")
    void saysWhatOptunaSays(JsonNode study) {
        double[] optuna = Json.mapper().convertValue(study.path("optuna"), double[].class);
        // Theirs are parts of the whole variance; ours of what single axes explain.
        double sum = Arrays.stream(optuna).sum();
        Arrays.setAll(optuna, j -> optuna[j] / sum);
        Map<String, Axis> axes = new TreeMap<>();
        for (int j = 0; j < optuna.length; j++) {
            boolean list =
                    Json.mapper().convertValue(study.path("lists"), List.class).contains(j);
            axes.put(
                    "x" + j,
                    list
                            ? new Axis.Choice(List.of(Json.tree("\"a\""), Json.tree("\"b\""), Json.tree("\"c\"")))
                            : new Axis.Uniform(0, 1));
        }
        Space space = Space.of(axes);
        List<Past> history = new ArrayList<>();
        for (int i = 0; i < study.path("u").size(); i++) {
            double[] u = Json.mapper().convertValue(study.path("u").path(i), double[].class);
            history.add(Past.finished(space.at(u), study.path("losses").path(i).doubleValue()));
        }
        Importance.Answer answer = Importance.of(space, history, Importance.Method.FANOVA);
        List<String> theirs = IntStream.range(0, optuna.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer j) -> -optuna[j]))
                .map(j -> "x" + j)
                .toList();
        String said = study.path("study").asText() + " " + Arrays.toString(optuna) + " " + answer.shares();
        for (Importance.Share share : answer.shares()) {
            double theirShare = optuna[Integer.parseInt(share.path().substring(1))];
            assertThat(theirShare).as(said).isBetween(share.lo(), share.hi());
            assertThat(share.share()).as(said).isBetween(theirShare - 0.07, theirShare + 0.07);
        }
        // The same order, where the shares are not as good as equal.
        List<String> ours = answer.shares().stream().map(Importance.Share::path).toList();
        for (int k = 0; k < ours.size(); k++) {
            double mine = optuna[Integer.parseInt(ours.get(k).substring(1))];
            double their = optuna[Integer.parseInt(theirs.get(k).substring(1))];
            assertThat(Math.abs(mine - their)).as(said).isLessThan(0.03);
        }
    }
}
