package dev.runyard.spec.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.space.Axis;
import dev.runyard.spec.space.Dimension;
import dev.runyard.spec.space.Draws;
import dev.runyard.spec.space.Expression;
import dev.runyard.spec.space.Space;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every sampler, and what of each. */
class SamplersTest {
    private static final String REALS = "{\"x\":{\"uniform\":[-5,10]},\"rate\":{\"logUniform\":[1e-5,1]}}";
    private static final String LISTS = "{\"a\":[1,2,3],\"kind\":[\"pgn\",\"iip\"]}";
    private static final String CONDITIONAL = "{\"kind\":[\"pgn\",\"iip\"],\"n\":{\"integers\":[1,64],\"log\":true,"
            + "\"when\":{\"kind\":\"pgn\"}},\"even\":{\"integers\":[2,20],\"step\":3},\"z\":{\"normal\":[0,1]},"
            + "\"w\":{\"logNormal\":[-2,1],\"when\":{\"kind\":[\"iip\"]}}}";

    private static Space space(String axes) {
        return Space.of(Json.mapper().convertValue(Json.tree(axes), new TypeReference<Map<String, Axis>>() {}));
    }

    private static Sampler sampler(String kind) {
        String runs = kind.equals("grid") ? "" : ",\"runs\":50";
        String population = kind.equals("nsga2") ? ",\"population\":8" : "";
        return Sampler.of(Json.read("{\"kind\":\"" + kind + "\"" + runs + population + "}", SamplerSpec.class));
    }

    private static Space fitting(String kind) {
        return switch (kind) {
            case "grid" -> space(LISTS);
            case "cma-es" -> space(REALS);
            default -> space(CONDITIONAL);
        };
    }

    private static double loss(Map<String, JsonNode> point) {
        double sum = 0;
        for (JsonNode value : point.values()) {
            double x =
                    value.isNumber() ? value.doubleValue() : value.textValue().length();
            sum += (x - 2) * (x - 2);
        }
        return sum;
    }

    /** Points that are over, open, pruned, broken, without a number. */
    private static List<Past> history(Space space, String kind, int n) {
        List<Past> out = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Map<String, JsonNode> point = space.kept(Draws.point(space.axes(), 9, i));
            out.add(
                    switch (i % 7) {
                        case 1 -> Past.open(point);
                        case 2 -> Past.failed(point);
                        case 3 -> Past.pruned(point, loss(point), 1 + i % 3);
                        case 4 -> Past.finished(point, Double.NaN);
                        default -> Past.finished(point, loss(point));
                    });
        }
        if (kind.equals("nsga2")) {
            out.replaceAll(past -> past.losses().isEmpty()
                    ? past
                    : new Past(
                            past.point(),
                            past.state(),
                            List.of(past.loss(), past.point().size() * 1.0),
                            9));
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(strings = {"grid", "random", "sobol", "tpe", "cma-es", "gp", "nsga2"})
    void everySamplerKeepsWithinTheSpace(String kind) {
        Space space = fitting(kind);
        sampler(kind).check(space);
        for (int n : new int[] {0, 1, 2, 5, 40}) {
            List<Past> history = history(space, kind, n);
            List<Map<String, JsonNode>> drawn = sampler(kind).draw(space, 3, history, 5);
            // The same again, whatever was asked before.
            assertThat(sampler(kind).draw(space, 3, List.copyOf(history), 5)).isEqualTo(drawn);
            Set<Map<String, Object>> seen = new HashSet<>();
            for (Map<String, JsonNode> point : drawn) {
                assertThat(space.kept(point)).isEqualTo(point);
                assertThat(seen.add(Space.comparable(point)))
                        .as("no point twice")
                        .isTrue();
                for (Dimension d : space.dimensions()) {
                    assertThat(point.containsKey(d.path())).isEqualTo(space.active(d, point));
                    if (point.containsKey(d.path())) {
                        assertThat(d.of(point.get(d.path()))).as(d.path()).isBetween(0.0, 1.0);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"random", "sobol", "tpe", "gp", "nsga2"})
    void aSeedMakesADifference(String kind) {
        Space space = space(CONDITIONAL);
        List<Past> history = history(space, kind, 30);
        assertThat(sampler(kind).draw(space, 1, history, 3))
                .isNotEqualTo(sampler(kind).draw(space, 2, history, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"grid", "random", "sobol", "tpe", "gp", "nsga2"})
    void aFiniteSpaceIsUsedUpWithoutRepeating(String kind) {
        Space space = space(LISTS);
        List<Past> history = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            List<Map<String, JsonNode>> one = sampler(kind).draw(space, 0, history, 1);
            assertThat(one).hasSize(1);
            Past past = Past.finished(one.get(0), loss(one.get(0)));
            history.add(
                    kind.equals("nsga2") ? new Past(past.point(), past.state(), List.of(past.loss(), 1.0), 1) : past);
        }
        assertThat(OneByOne.seen(history)).hasSize(6);
        assertThat(sampler(kind).draw(space, 0, history, 1)).isEmpty();
        assertThat(sampler(kind).draw(space, 0, List.of(), 100)).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"random", "sobol", "tpe", "gp", "nsga2", "cma-es"})
    void whatIsRequiredHolds(String kind) {
        Space all = space(REALS);
        Space space = Space.of(all.axes(), List.of("x * x < 4 and rate > 0.001"), Json.tree("{}"));
        List<Past> history = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Map<String, JsonNode> point =
                    sampler(kind).draw(space, 5, history, 1).get(0);
            assertThat(space.allows(point)).isTrue();
            Past past = Past.finished(point, loss(point));
            history.add(kind.equals("nsga2") ? new Past(point, past.state(), List.of(past.loss(), 1.0), 1) : past);
        }
    }

    /** In which order knowledge came does not matter to TPE where no two values are equal; of equal ones the first gets the wider kernel. */
    @Test
    void aModelDoesNotDependOnTheOrder() {
        Space space = space(REALS);
        List<Past> history = history(space, "tpe", 40);
        List<Past> turned = new ArrayList<>(history);
        for (int round = 0; round < 5; round++) {
            java.util.Collections.shuffle(turned, new java.util.Random(round));
            for (long seed = 0; seed < 5; seed++) {
                assertThat(new TpeSampler(10, 64).next(space, seed, turned))
                        .isEqualTo(new TpeSampler(10, 64).next(space, seed, history));
            }
        }
    }

    /** Whoever is restarted in the middle of several draws, and reads the others back from where they were stored, draws the same. */
    @ParameterizedTest
    @ValueSource(strings = {"grid", "random", "sobol", "tpe", "cma-es", "gp", "nsga2"})
    void aRestartChangesNoDraw(String kind) {
        Space space = fitting(kind);
        List<Past> history = history(space, kind, kind.equals("grid") ? 2 : 23);
        List<Map<String, JsonNode>> atOnce = sampler(kind).draw(space, 7, history, 4);
        assertThat(atOnce).hasSize(4);
        List<Past> stored = new ArrayList<>();
        history.forEach(past -> stored.add(new Past(stored(past.point()), past.state(), past.losses(), past.budget())));
        for (Map<String, JsonNode> point : atOnce) {
            assertThat(sampler(kind).draw(space, 7, stored, 1)).containsExactly(point);
            stored.add(Past.open(stored(point)));
        }
    }

    private static Map<String, JsonNode> stored(Map<String, JsonNode> point) {
        String text = Json.canonical(Json.mapper().valueToTree(point));
        return Json.mapper().convertValue(Json.tree(text), new TypeReference<Map<String, JsonNode>>() {});
    }

    @ParameterizedTest
    @ValueSource(strings = {"tpe", "gp", "cma-es"})
    void whatLearnsFindsTheValley(String kind) {
        Space space = space(REALS);
        List<Past> history = new ArrayList<>();
        double first = Double.NaN;
        int runs = kind.equals("gp") ? 30 : 120;
        for (int i = 0; i < runs; i++) {
            Map<String, JsonNode> point =
                    sampler(kind).draw(space, 4, history, 1).get(0);
            double x = point.get("x").doubleValue();
            double rate = Math.log10(point.get("rate").doubleValue());
            history.add(Past.finished(point, (x - 3) * (x - 3) + (rate + 2) * (rate + 2)));
            if (i == 9) {
                first = history.stream().mapToDouble(Past::loss).min().orElseThrow();
            }
        }
        double best = history.stream().mapToDouble(Past::loss).min().orElseThrow();
        assertThat(best).isLessThan(0.1).isLessThanOrEqualTo(first);
    }

    /** scipy.stats.qmc.Sobol(5, scramble=False), scipy 1.17.1. */
    @Test
    void sobolWithoutScramblingIsScipys() {
        double[][] scipy = {
            {0, 0, 0, 0, 0},
            {0.5, 0.5, 0.5, 0.5, 0.5},
            {0.75, 0.25, 0.25, 0.25, 0.75},
            {0.25, 0.75, 0.75, 0.75, 0.25},
            {0.375, 0.375, 0.625, 0.875, 0.375},
            {0.875, 0.875, 0.125, 0.375, 0.875},
            {0.625, 0.125, 0.875, 0.625, 0.625},
            {0.125, 0.625, 0.375, 0.125, 0.125}
        };
        Space space = space("{\"a\":{\"uniform\":[0,1]},\"b\":{\"uniform\":[0,1]},\"c\":{\"uniform\":[0,1]},"
                + "\"d\":{\"uniform\":[0,1]},\"e\":{\"uniform\":[0,1]}}");
        List<Map<String, JsonNode>> drawn = new SobolSampler(false).draw(space, 7, List.of(), 8);
        for (int i = 0; i < 8; i++) {
            assertThat(space.coordinates(drawn.get(i))).containsExactly(scipy[i]);
        }
    }

    /** Each half, quarter … of an axis gets as many points as the other. */
    @Test
    void scramblingKeepsSobolEven() {
        Space space = space("{\"a\":{\"uniform\":[0,1]},\"b\":{\"uniform\":[0,1]}}");
        List<Map<String, JsonNode>> drawn = new SobolSampler(true).draw(space, 7, List.of(), 64);
        for (String axis : List.of("a", "b")) {
            int[] bins = new int[64];
            drawn.forEach(point -> bins[(int) (point.get(axis).doubleValue() * 64)]++);
            assertThat(bins).containsOnly(1);
        }
    }

    @Test
    void aPointComesBackFromItsCoordinates() {
        Space space = space(CONDITIONAL);
        for (int i = 0; i < 200; i++) {
            Map<String, JsonNode> point = space.kept(Draws.point(space.axes(), 1, i));
            Map<String, JsonNode> back = space.at(space.coordinates(point));
            assertThat(back.keySet()).isEqualTo(point.keySet());
            point.forEach((path, value) -> {
                if (value.isNumber()) {
                    assertThat(back.get(path).doubleValue())
                            .isCloseTo(value.doubleValue(), within(1e-6 * (1 + Math.abs(value.doubleValue()))));
                } else {
                    assertThat(back.get(path)).isEqualTo(value);
                }
            });
        }
    }

    @Test
    void severalGoalsKeepWhatNothingBeats() {
        List<Past> told = new ArrayList<>();
        double[][] losses = {{1, 5}, {2, 3}, {3, 4}, {5, 1}, {5, 5}};
        for (double[] loss : losses) {
            told.add(new Past(Map.of(), Past.State.FINISHED, List.of(loss[0], loss[1]), 1));
        }
        List<List<Past>> fronts = Nsga2Sampler.fronts(told, told.size());
        assertThat(fronts.get(0)).containsExactly(told.get(0), told.get(1), told.get(3));
        assertThat(fronts.get(1)).containsExactly(told.get(2));
        assertThat(fronts.get(2)).containsExactly(told.get(4));
    }

    /** Each is beaten by one of the front before it, and by none of its own front or of a later one. */
    @Test
    void frontsHoldWhatTheDefinitionSays() {
        java.util.Random random = new java.util.Random(4);
        List<Past> told = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            told.add(new Past(
                    Map.of(),
                    Past.State.FINISHED,
                    List.of((double) random.nextInt(12), (double) random.nextInt(12), (double) random.nextInt(12)),
                    1));
        }
        List<List<Past>> fronts = Nsga2Sampler.fronts(told, told.size());
        assertThat(fronts.stream().mapToInt(List::size).sum()).isEqualTo(120);
        assertThat(fronts).hasSizeGreaterThan(3);
        for (int k = 0; k < fronts.size(); k++) {
            for (Past one : fronts.get(k)) {
                if (k > 0) {
                    assertThat(fronts.get(k - 1)).anyMatch(before -> Nsga2Sampler.beats(before, one));
                }
                for (List<Past> later : fronts.subList(k, fronts.size())) {
                    assertThat(later).noneMatch(other -> Nsga2Sampler.beats(other, one));
                }
            }
        }
        int two = fronts.get(0).size() + 1;
        assertThat(Nsga2Sampler.fronts(told, two)).isEqualTo(fronts.subList(0, 2));
        assertThat(Nsga2Sampler.best(told, two)).hasSize(two).containsAll(fronts.get(0));
    }

    /** Of one front the ends come first, then what lies where few others do. */
    @Test
    void ofOneFrontTheLonelyComeFirst() {
        List<Past> told = new ArrayList<>();
        for (double x : new double[] {0, 1, 2, 6, 10}) {
            told.add(new Past(Map.of(), Past.State.FINISHED, List.of(x, 10 - x), 1));
        }
        assertThat(Nsga2Sampler.best(told, 5).stream().map(Past::loss)).containsExactly(0.0, 10.0, 6.0, 2.0, 1.0);
    }

    /** Between the best points of two goals nothing beats anything: x from 0 to 2, which is 2 of the axis' 15. */
    @Test
    void severalGoalsAreWeighedTowardsTheFrontBetweenThem() {
        Space space = space(REALS);
        Sampler sampler = new Nsga2Sampler(20);
        List<Past> history = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Map<String, JsonNode> point = sampler.draw(space, 3, history, 1).get(0);
            double x = point.get("x").doubleValue();
            history.add(new Past(point, Past.State.FINISHED, List.of(x * x, (x - 2) * (x - 2)), 1));
        }
        List<Double> late = history.subList(140, 200).stream()
                .map(past -> past.point().get("x").doubleValue())
                .toList();
        assertThat(late.stream().filter(x -> x >= -0.2 && x <= 2.2).count()).isGreaterThan(36);
        assertThat(late.stream().filter(x -> x < 1).count()).as("both ends").isBetween(6L, 54L);
    }

    @Test
    void whatASamplerCannotDoIsRefused() {
        assertThatThrownBy(() -> sampler("cma-es").check(space(CONDITIONAL)))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("tpe");
        assertThatThrownBy(() -> sampler("grid").check(space(REALS))).hasMessageContaining("random");
        assertThatThrownBy(() -> sampler("cma-es").check(space("{\"x\":{\"uniform\":[0,1]},\"y\":[3]}")))
                .hasMessageContaining("two axes of numbers at least");
        sampler("gp").check(wide(20));
        assertThatThrownBy(() -> sampler("gp").check(wide(21))).hasMessageContaining("20 axes at most, not 21");
        sampler("sobol").check(wide(1_000));
        assertThatThrownBy(() -> sampler("sobol").check(wide(1_001)))
                .hasMessageContaining("1000 axes at most, not 1001");
    }

    private static Space wide(int axes) {
        Map<String, Axis> out = new TreeMap<>();
        for (int i = 0; i < axes; i++) {
            out.put(String.format("a%04d", i), new Axis.Uniform(0, 1));
        }
        return Space.of(out);
    }

    /** SHA-256 of scipy.stats.qmc.Sobol(50, scramble=False).random(256), scipy 1.17.1, as big-endian doubles, row by row. */
    @Test
    void sobolInFiftyDimensionsIsScipys() throws Exception {
        Space space = wide(50);
        ByteBuffer bytes = ByteBuffer.allocate(256 * 50 * Double.BYTES);
        for (Map<String, JsonNode> point : new SobolSampler(false).draw(space, 7, List.of(), 256)) {
            for (double u : space.coordinates(point)) {
                bytes.putDouble(u);
            }
        }
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array())))
                .isEqualTo("5ca76028febba5372259a4de8d9e57397cba3abd05777d3c95e5df576847c476");
    }

    /** n points cost n³, and whoever draws holds the sweep's row. */
    @Test
    void aModelIsMadeOfTheBestAndTheNewestOfALongHistory() {
        Space space = space(REALS);
        List<Past> all = history(space, "gp", 900).stream()
                .filter(past -> past.state() != Past.State.OPEN)
                .toList();
        List<Past> learned = GpSampler.learned(all);
        assertThat(learned).hasSize(500).isSubsetOf(all);
        assertThat(learned).as("in the order of the draws").isSortedAccordingTo(Comparator.comparingInt(all::indexOf));
        assertThat(learned).containsAll(all.subList(all.size() - 250, all.size()));
        assertThat(learned)
                .containsAll(all.stream()
                        .filter(Past::told)
                        .sorted(Comparator.comparingDouble(Past::loss))
                        .limit(250)
                        .toList());
        assertThat(GpSampler.learned(all.subList(0, 500))).isEqualTo(all.subList(0, 500));

        // What is left out tells with nothing that is drawn.
        Past out = all.stream()
                .filter(past -> past.told() && !learned.contains(past))
                .findFirst()
                .orElseThrow();
        List<Past> other = new ArrayList<>(all);
        other.set(all.indexOf(out), Past.failed(out.point()));
        assertThat(sampler("gp").draw(space, 3, other, 1))
                .isEqualTo(sampler("gp").draw(space, 3, all, 1));
    }

    @Test
    void anExpressionSaysWhatItMeans() {
        Map<String, JsonNode> values =
                Map.of("a.b", Json.tree("3"), "c", Json.tree("\"pgn\""), "d", Json.tree("true"), "m", Json.tree("16"));
        for (String holds : List.of(
                "a.b * m <= 48",
                "a.b + 2 * m == 35",
                "-a.b ^ 2 == -9",
                "2 ^ 3 ^ 2 == 512",
                "c == 'pgn' and not c == \"iip\"",
                "min(a.b, m) == 3 or 1 > 2",
                "log2(m) == 4",
                "m % 5 == 1",
                "(a.b < m) == d",
                "missing * 2 > 1",
                "1.5e1 < m",
                "m-a.b == 13")) {
            assertThat(Expression.parse(holds).holds(values)).as(holds).isTrue();
        }
        for (String not : List.of("a.b > m", "missing > 1 and 1 > 2", "not d", "abs(0-a.b) != 3", "1 / 3 > 0.34")) {
            assertThat(Expression.parse(not).holds(values)).as(not).isFalse();
        }
        for (String bad :
                List.of("", "1 +", "(1 < 2", "a b", "1 < 'x", "3x > 1", "min(1)", "a ?? b", "(".repeat(500))) {
            assertThatThrownBy(() -> Expression.parse(bad)).as(bad).isInstanceOf(InvalidSpec.class);
        }
        assertThatThrownBy(() -> Expression.parse("c * 2 > 1").holds(values)).hasMessageContaining("no number");
        assertThatThrownBy(() -> Expression.parse("m * 2").holds(values)).hasMessageContaining("true nor false");
    }
}
