package dev.runyard.spec.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.run.SpecDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointsTest {
    private static SweepSpec sweep(String yaml) {
        return Json.read(Json.yaml("base: {dataset: {id: shapes}}\n" + yaml), SweepSpec.class);
    }

    private static List<Point> all(SweepSpec sweep) {
        return IntStream.range(0, Points.count(sweep))
                .mapToObj(i -> Points.at(sweep, i))
                .toList();
    }

    @Test
    void pointsAreTheOuterAndSeedsTheInnerLoop() {
        SweepSpec sweep = sweep("""
                axes: {method.prompts: [1, 4, 8], batchSize: [16, 32]}
                include: [{method: {kind: iip, prompts: 8}}]
                seeds: [0, 1]
                """);
        Points.check(sweep);
        assertThat(Points.count(sweep)).isEqualTo((2 * 3 + 1) * 2);
        assertThat(all(sweep).stream()
                        .map(p -> p.params().values().stream()
                                .map(JsonNode::toString)
                                .collect(Collectors.joining(" ")))
                        .toList())
                .containsExactly(
                        "16 1 0",
                        "16 1 1",
                        "16 4 0",
                        "16 4 1",
                        "16 8 0",
                        "16 8 1",
                        "32 1 0",
                        "32 1 1",
                        "32 4 0",
                        "32 4 1",
                        "32 8 0",
                        "32 8 1",
                        "\"iip\" 8 0",
                        "\"iip\" 8 1");
        Point fifth = Points.at(sweep, 5);
        assertThat(fifth.index()).isEqualTo(5);
        assertThat(fifth.spec().seed()).isEqualTo(1);
        assertThat(((MethodSpec.Pgn) fifth.spec().method()).prompts()).isEqualTo(8);
        assertThat(Points.at(sweep, 12).spec().method()).isEqualTo(new MethodSpec.Iip(8));
    }

    @Test
    void aSweepOfSeedsAloneRunsItsBase() {
        SweepSpec sweep = sweep("seeds: [3, 4, 5]");
        assertThat(all(sweep).stream().map(p -> p.spec().seed()).toList()).containsExactly(3L, 4L, 5L);
        assertThat(all(sweep("include: [{batchSize: 16}, {batchSize: 32}]"))).hasSize(2);
    }

    @Test
    void theNumberOfARunSurvivesAStoreThatReordersKeysAndNumbers() throws JsonProcessingException {
        SweepSpec sweep = sweep("""
                axes: {optimizer.learningRate: [1e-1, 0.20, 1.0], batchSize: [16, 32], augment: [none, pgn]}
                include: [{seed: 4, batchSize: 64, augment: none}]
                """);
        ObjectNode stored = (ObjectNode) Json.mapper().valueToTree(sweep);
        ObjectNode axes = Json.mapper().createObjectNode();
        List<String> names = new ArrayList<>();
        stored.get("axes").fieldNames().forEachRemaining(names::add);
        names.sort(Comparator.comparing(String::length).reversed());
        names.forEach(n -> axes.set(n, stored.get("axes").get(n)));
        stored.set("axes", axes);
        SweepSpec again = Json.read(Json.mapper().writeValueAsString(stored), SweepSpec.class);
        assertThat(all(again)).isEqualTo(all(sweep));
    }

    @Test
    void aHugeSweepIsCountedNotMade() {
        String values = IntStream.range(1, 101).mapToObj(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
        String axes = "axes: {batchSize: " + values + ", method.prompts: " + values + ", schedule.epochs: " + values
                + ", method.librarySize: " + values + ", method.resolution: " + values + ", seed: " + values
                + ", pretrain.width: " + values + ", pretrain.depth: " + values + ", pretrain.heads: " + values
                + ", pretrain.patch: " + values + "}";
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> Points.check(sweep(axes)));
        assertThat(e.code()).isEqualTo("SWEEP_TOO_LARGE");
        assertThat(e.value()).isEqualTo("1" + "0".repeat(20));
        assertThat(e.getMessage()).contains("10000").contains("random");
    }

    @Test
    void tenThousandRunsAreTheMost() {
        String values = IntStream.range(1, 101).mapToObj(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
        SweepSpec most = sweep("axes: {batchSize: " + values + ", method.prompts: " + values + "}");
        Points.check(most);
        assertThat(Points.count(most)).isEqualTo(10_000);
        assertThatThrownBy(() -> Points.at(most, 10_000)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Points.at(most, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        SweepSpec over =
                sweep("axes: {batchSize: " + values + ", method.prompts: " + values + "}\ninclude: [{seed: 1}]");
        assertThatThrownBy(() -> Points.count(over)).hasMessageContaining("10001");
        assertThatThrownBy(() -> Points.count(sweep("axes: {batchSize: " + values + ", method.prompts: " + values
                        + "}\nsampler: {kind: random, runs: 10000}\nseeds: [1, 2]")))
                .hasMessageContaining("20000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "axes: {method.promts: [1]} | UNKNOWN_FIELD | axes.method.promts | method.prompts",
                "axes: {learningRate: [1]} | UNKNOWN_FIELD | axes.learningRate | optimizer.learningRate",
                "axes: {method.prompts: []} | EMPTY_AXIS | axes.method.prompts | at least one",
                "axes: {method.prompts: [1, 4, 1]} | DUPLICATE_VALUE | axes.method.prompts | twice",
                "axes: {optimizer.learningRate: [1, 1.0]} | DUPLICATE_VALUE | axes.optimizer.learningRate | twice",
                "axes: {method.prompts: 4} | WRONG_TYPE | axes.method.prompts | [4]",
                "axes: {method.prompts: [1, 0]} | OUT_OF_RANGE | axes.method.prompts | [1, 256]",
                "axes: {method.prompts: ['4']} | WRONG_TYPE | axes.method.prompts | whole number",
                "axes: {method: [{kind: iip}], method.prompts: [4]} | OVERLAPPING_PATHS | axes.method.prompts | method",
                "axes: {method.kind: [linear], method.prompts: [4]} | NOT_APPLICABLE | axes.method.prompts | pgn",
                "axes: {optimizer.learningRate: {logUniform: [0, 1]}} | OUT_OF_RANGE | axes.optimizer.learningRate.logUniform | > 0",
                "axes: {optimizer.learningRate: {logUniform: [-1, 1]}} | OUT_OF_RANGE | axes.optimizer.learningRate.logUniform | > 0",
                "axes: {optimizer.learningRate: {uniform: [1, 1]}} | OUT_OF_RANGE | axes.optimizer.learningRate.uniform | lower bound",
                "axes: {optimizer.learningRate: {uniform: [1]}} | WRONG_TYPE | axes.optimizer.learningRate.uniform | two numbers",
                "axes: {optimizer.learningRate: {uniform: [0, .inf]}} | NOT_FINITE | axes.optimizer.learningRate.uniform | finite",
                "axes: {optimizer.learningRate: {loguniform: [1, 2]}} | UNKNOWN_VALUE | axes.optimizer.learningRate | logUniform",
                "axes: {optimizer.learningRate: {uniform: [0.1, 1]}} | NEEDS_LIST | axes.optimizer.learningRate | random",
                "axes: {seed: [1, 2]}\\nseeds: [1] | OVERLAPPING_PATHS | seeds | seed",
                "include: [{seed: 2}]\\nseeds: [1] | OVERLAPPING_PATHS | seeds | seed",
                "include: [{seed: 2}, {seed: 2}] | DUPLICATE_POINT | include[1] | same run",
                "axes: {batchSize: [8, 128]}\\ninclude: [{method.prompts: 16}] | DUPLICATE_POINT | include[0] | same run",
                "include: [{batchSize: 0}] | OUT_OF_RANGE | include[0].batchSize | 65536",
                "include: [{batchsize: 1}] | UNKNOWN_FIELD | include[0].batchsize | batchSize",
                "seeds: [1, 1] | DUPLICATE_VALUE | seeds | twice",
                "seeds: [1.5] | WRONG_TYPE | seeds[0] | whole number",
                "seeds: [null] | WRONG_TYPE | seeds[0] | null",
                "sampler: {kind: grid} | EMPTY_SWEEP | axes | nothing varies",
                "sampler: {kind: random, runs: 3} | EMPTY_SWEEP | axes | at least one axis",
                "sampler: {kind: random}\\naxes: {seed: [1]} | MISSING_FIELD | sampler.runs | runs",
                "sampler: {kind: random, runs: 0}\\naxes: {seed: [1]} | OUT_OF_RANGE | sampler.runs | 10000",
                "sampler: {kind: randem, runs: 1} | UNKNOWN_VALUE | sampler.kind | random",
                "sampler: {kind: random, runs: 5}\\naxes: {method.prompts: {uniform: [1, 9]}} | WRONG_TYPE | axes.method.prompts | integers",
                "sampler: {kind: random, runs: 5}\\naxes: {augment: {uniform: [1, 9]}} | WRONG_TYPE | axes.augment | list",
                "sampler: {kind: random, runs: 50}\\naxes: {method.prompts: {integers: [1, 999]}} | OUT_OF_RANGE | axes.method.prompts | 256",
                "axes: {schedule.epochs: [10, 3]}\\nbase: {} | BAD_YAML | '' | twice",
                "parallel: 0 | OUT_OF_RANGE | parallel | 200",
                "priority: 101 | OUT_OF_RANGE | priority | 100",
                "budget: {deviceHours: 0} | OUT_OF_RANGE | budget.deviceHours | (0",
                "budget: {hours: -1} | OUT_OF_RANGE | budget.hours | (0",
                "budget: {target: .inf} | NOT_FINITE | budget.target | finite",
                "budget: {noImprovement: 0} | OUT_OF_RANGE | budget.noImprovement | [1, 10000]",
                "pruner: {kind: threshold, min: .inf} | NOT_FINITE | pruner.min | finite",
                "pruner: {kind: threshold, max: .nan} | NOT_FINITE | pruner.max | finite",
                "pruner: {kind: asha, reduction: 1} | OUT_OF_RANGE | pruner.reduction | [2, 16]",
                "seeds: [0]\\npruner: {kind: asha, minEpochs: 5000} | OUT_OF_RANGE | pruner.minEpochs | has 100 epochs",
                "seeds: [0]\\npruner: {kind: patience, epochs: 99} | OUT_OF_RANGE | pruner.epochs | has 100 epochs",
                "axes: {schedule.epochs: [10, 30]}\\npruner: {kind: asha, minEpochs: 30} | OUT_OF_RANGE | pruner.minEpochs | has 30 epochs",
                "axes: {schedule: [{epochs: 10}, {epochs: 30}]}\\npruner: {kind: asha, minEpochs: 30} | OUT_OF_RANGE | pruner.minEpochs | has 30 epochs",
                "sampler: {kind: tpe, runs: 3}\\naxes: {schedule.epochs: {integers: [5, 50], step: 10}}\\npruner: {kind: asha, minEpochs: 45} | OUT_OF_RANGE | pruner.minEpochs | has 45 epochs",
                "goal: maximum | UNKNOWN_VALUE | goal | max",
                "experiment: ../x | BAD_NAME | experiment | ..",
                "colour: {} | UNKNOWN_FIELD | colour | fields",
            })
    void faultsAreNamed(String yaml, String code, String field, String word) {
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> Points.check(sweep(yaml.replace("\\n", "\n"))));
        assertThat(e).as(yaml).isNotNull();
        assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
        assertThat(e.field()).as(e.getMessage()).isEqualTo(field);
        assertThat(e.getMessage()).contains(word).doesNotContain("dev.runyard");
    }

    @Test
    void aFaultBetweenTwoFieldsNamesThePoint() {
        SweepSpec sweep = Json.read(
                Json.yaml(
                        "base: {dataset: {id: shapes}, schedule: {warmupEpochs: 5}}\naxes: {schedule.epochs: [10, 3]}"),
                SweepSpec.class);
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> Points.check(sweep));
        assertThat(e.field()).isEqualTo("base.schedule.warmupEpochs");
        assertThat(e.getMessage()).contains("smaller than epochs (3)").contains("{schedule.epochs=3}");
    }

    /** The longest run is longer, whether the base, an axis, a preset, an included point or a later draw makes it so. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "seeds: [0]\npruner: {kind: asha, minEpochs: 99}",
                "axes: {schedule.epochs: [10, 30]}\npruner: {kind: asha, minEpochs: 10}",
                "axes: {preset: [paper]}\npruner: {kind: asha, minEpochs: 400}",
                "axes: {schedule.epochs: [10]}\ninclude: [{schedule.epochs: 50}]\npruner: {kind: asha, minEpochs: 40}",
                "sampler: {kind: tpe, runs: 3}\naxes: {schedule.epochs: {integers: [1, 9999]}}\n"
                        + "pruner: {kind: asha, minEpochs: 9998}",
            })
    void aPrunerThatCanStopTheLongestRunIsTaken(String yaml) {
        Points.check(sweep(yaml));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "seeds: [0] | 100",
                "axes: {schedule.epochs: [10, 30]} | 30",
                "axes: {schedule.epochs: [10], batchSize: [8]}\\ninclude: [{batchSize: 16}] | 100",
                "axes: {schedule: [{epochs: 10}, {warmupEpochs: 2}]} | 100",
                "axes: {preset: [paper], optimizer.learningRate: [0.1]} | 500",
                "axes: {method.kind: [pgn, iip], schedule.epochs: {choice: [10, 20], when: {method.kind: pgn}}}\\nsampler: {kind: tpe, runs: 5} | 100",
                "axes: {schedule.epochs: {integers: [5, 50], step: 10}}\\nsampler: {kind: tpe, runs: 5} | 45",
            })
    void theLongestRunIsKnownBeforeAnyIsDrawn(String yaml, int epochs) {
        assertThat(Aims.longest(sweep(yaml.replace("\\n", "\n")))).isEqualTo(epochs);
    }

    @Test
    void randomPointsDependOnSeedPathAndIndexAlone() {
        String axis = "optimizer.learningRate: {logUniform: [0.001, 1.0]}";
        SweepSpec twenty = sweep("axes: {" + axis + "}\nsampler: {kind: random, runs: 20, seed: 7}");
        SweepSpec more = sweep("axes: {" + axis
                + ", optimizer.momentum: {uniform: [0, 0.9]}}\nsampler: {kind: random, runs: 50, seed: 7}");
        Points.check(twenty);
        Points.check(more);
        assertThat(all(twenty)).isEqualTo(all(twenty));
        for (int i = 0; i < 20; i++) {
            assertThat(Points.at(more, i).spec().optimizer().learningRate())
                    .isEqualTo(Points.at(twenty, i).spec().optimizer().learningRate());
        }
        SweepSpec other = sweep("axes: {" + axis + "}\nsampler: {kind: random, runs: 20, seed: 8}");
        assertThat(Points.at(other, 0).spec()).isNotEqualTo(Points.at(twenty, 0).spec());
        // Fixed for ever: a sweep that is half done must go on with the same draws after an update.
        assertThat(Points.at(twenty, 0).spec().optimizer().learningRate()).isEqualTo(0.3066431614980927);
    }

    /** A point that is drawn twice would count as a further seed. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "method.prompts: [1, 2] | 5 | 2",
                "method.prompts: [1, 2], batchSize: [8, 16, 32] | 5 | 5",
                "method.prompts: {integers: [1, 200]}, batchSize: {integers: [8, 12]} | 999 | 999",
                "method.prompts: {integers: [1, 200]}, batchSize: {integers: [8, 12]} | 2000 | 1000",
                "method.prompts: {integers: [1, 2]}, optimizer.learningRate: {uniform: [0.1, 1]} | 40 | 40",
            })
    void randomPointsAreDrawnWithoutReplacement(String axes, int wanted, int points) {
        SweepSpec sweep = sweep("axes: {" + axes + "}\nseeds: [0, 1]\nsampler: {kind: random, runs: " + wanted + "}");
        Points.check(sweep);
        assertThat(Points.count(sweep)).isEqualTo(2 * points);
        List<Map<String, JsonNode>> runs = Points.draw(sweep);
        assertThat(runs).hasSize(2 * points).doesNotHaveDuplicates().isEqualTo(Points.draw(sweep));
        assertThat(Points.note(sweep).isPresent()).isEqualTo(points < wanted);
        Points.note(sweep)
                .ifPresent(note -> assertThat(note).contains(points + " points").contains(wanted + " asked for"));
    }

    @Test
    void anAddedPointThatWasDrawnIsRefused() {
        String sampler = "axes: {method.prompts: [1, 2]}\nsampler: {kind: random, runs: 2}\n";
        InvalidSpec e = catchThrowableOfType(
                InvalidSpec.class, () -> Points.check(sweep(sampler + "include: [{method.prompts: 2}]")));
        assertThat(e.code()).isEqualTo("DUPLICATE_POINT");
        assertThat(e.field()).isEqualTo("include[0]");
        String twins = "axes: {method: [{kind: iip}, {kind: iip, prompts: 16}]}\nsampler: {kind: random, runs: 2}";
        assertThat(catchThrowableOfType(InvalidSpec.class, () -> Points.check(sweep(twins)))
                        .code())
                .isEqualTo("DUPLICATE_POINT");
    }

    /** Sweeps that 0.1.0 accepted stored no points: theirs are drawn as they were. */
    @Test
    void sweepsOf010KeepTheirDraws() throws IOException {
        for (String line : Files.readAllLines(Path.of("src/test/resources/documents/0.1.0.jsonl"))) {
            JsonNode recorded = Json.tree(line);
            if (recorded.has("sweep")) {
                SweepSpec sweep = Json.read(recorded.get("sweep"), SweepSpec.class);
                List<Map<String, JsonNode>> runs = Points.drawAs010(sweep);
                Point last = Points.point(sweep.base(), runs.size() - 1, runs.get(runs.size() - 1));
                assertThat(last.spec()).isEqualTo(SpecDocument.read(recorded.get("spec")));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metric: nope/x\\ngoal: max | UNKNOWN_METRIC | metric | test/top1",
                "metric: val/top2 | UNKNOWN_METRIC | metric | val/top",
                "metric: train/lr | MISSING_FIELD | goal | goal: max",
                "metric: whatever | MISSING_FIELD | goal | goal: max",
            })
    void aMetricThatNoRunReportsOrOfWhichNeitherEndIsBetterIsRefused(
            String yaml, String code, String field, String word) {
        InvalidSpec e = catchThrowableOfType(
                InvalidSpec.class, () -> Points.check(sweep("seeds: [1, 2]\n" + yaml.replace("\\n", "\n"))));
        assertThat(e).isNotNull();
        assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
        assertThat(e.field()).isEqualTo(field);
        assertThat(e.getMessage()).contains(word);
    }

    @ParameterizedTest
    @CsvSource({"val/loss, MIN", "test/birds/drop, MIN", "test/top1, MAX", "test/birds/masked-top1, MAX"})
    void theGoalIsThatOfTheMetric(String metric, SweepSpec.Goal goal) {
        SweepSpec sweep = sweep("seeds: [1, 2]\nmetric: " + metric);
        Points.check(sweep);
        assertThat(sweep.goal()).isEqualTo(goal);
    }

    @Test
    void whatHasNoEffectAtAPointIsRefusedThereAndInTheBaseOnlyWhereItNeverHas() {
        Points.check(sweep("axes: {method: [{kind: pgn, librarySize: 8}, {kind: pgn, head: direct}]}"));
        Points.check(Json.read(
                Json.yaml("base: {dataset: {id: shapes}, method: {kind: pgn, librarySize: 8}}\n"
                        + "axes: {method.head: [library, direct]}"),
                SweepSpec.class));
        InvalidSpec axis = catchThrowableOfType(
                InvalidSpec.class,
                () -> Points.check(sweep("axes: {method.head: [library, direct], method.librarySize: [8, 16]}")));
        assertThat(axis.field()).isEqualTo("axes.method.librarySize");
        InvalidSpec base = catchThrowableOfType(
                InvalidSpec.class,
                () -> Points.check(Json.read(
                        Json.yaml("base: {dataset: {id: shapes}, method: {kind: pgn, librarySize: 8, head: direct}}\n"
                                + "seeds: [1, 2]"),
                        SweepSpec.class)));
        assertThat(base.field()).isEqualTo("base.method.librarySize");
    }

    @Test
    void anAxisOverKindsIsToldToGiveWholeObjects() {
        InvalidSpec e = catchThrowableOfType(
                InvalidSpec.class,
                () -> Points.check(Json.read(
                        Json.yaml("base: {dataset: {id: shapes}, method: {kind: pgn, resolution: 64}}\n"
                                + "axes: {method.kind: [pgn, iip]}"),
                        SweepSpec.class)));
        assertThat(e.field()).isEqualTo("base.method.resolution");
        assertThat(e.getMessage()).contains("whole objects, one for each kind");
    }

    @ParameterizedTest
    @CsvSource({
        "'optimizer: {lr: 1}', optimizer.learningRate",
        "'optimizer: {learning_rate: 1}', learningRate",
        "'epochs: 5', schedule.epochs",
        "'lr: 5', optimizer.learningRate",
        "'batch_size: 5', batchSize",
        "'batch: 5', batchSize",
        "'method: {kind: iip, librarySize: 5}', method.librarySize",
        "'method: {kind: iip, promts: 5}', prompts",
        "'dataset: {id: shapes, epochs: 5}', schedule.epochs",
        "'optimizer: {weight_decay: 5}', weightDecay",
        "'schedule: {warmup: 5}', schedule.warmupEpochs",
        "'model: x', backbone.weights",
        "'learningRate: 5', optimizer.learningRate",
    })
    void theNearestFieldIsFoundAtWhateverPlace(String fields, String meant) {
        ObjectNode tree = Json.yaml("{" + fields + "}");
        if (!tree.has("dataset")) {
            tree.putObject("dataset").put("id", "shapes");
        }
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> SpecDocument.submitted(tree));
        assertThat(e.code()).isEqualTo("UNKNOWN_FIELD");
        assertThat(e.remedy()).contains("did you mean \"" + meant + "\"?");
        if (fields.startsWith("epochs")) {
            tree.remove("epochs");
            ObjectNode whole = Json.mapper().createObjectNode().put("epochs", 5);
            whole.set("base", tree);
            assertThat(catchThrowableOfType(InvalidSpec.class, () -> Json.read(whole, SweepSpec.class))
                            .remedy())
                    .contains("base.schedule.epochs");
        }
    }

    @Test
    void axesComeBackInTheFormTheyCameIn() throws JsonProcessingException {
        String axes = "{\"a\":[1,\"x\",{\"kind\":\"iip\"},null],\"b\":{\"uniform\":[0.5,1.0]},"
                + "\"c\":{\"logUniform\":[0.5,1.0]},\"d\":{\"integers\":[1,5]}}";
        SweepSpec sweep = Json.read("{\"base\":{},\"axes\":" + axes + "}", SweepSpec.class);
        assertThat(Json.mapper().valueToTree(sweep).get("axes").toString()).isEqualTo(axes);
        assertThat(Json.read(Json.mapper().writeValueAsString(sweep), SweepSpec.class))
                .isEqualTo(sweep);
    }
}
