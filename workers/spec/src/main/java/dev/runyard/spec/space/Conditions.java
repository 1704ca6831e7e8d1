package dev.runyard.spec.space;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Puts axes in an order in which each comes after those that its {@code when} names. */
final class Conditions {
    private Conditions() {}

    /** @throws InvalidSpec UNKNOWN_AXIS, UNMET_CONDITION, CONDITION_CYCLE, below {@code axes.PATH.when} */
    static List<Dimension> ordered(Map<String, Axis> axes) {
        axes.forEach((path, axis) -> axis.when().forEach((on, values) -> check(path, on, values, axes)));
        List<Dimension> out = new ArrayList<>();
        Map<String, Axis> left = new TreeMap<>(axes);
        while (!left.isEmpty()) {
            String next = left.keySet().stream()
                    .filter(path -> waitsFor(left, path).isEmpty())
                    .findFirst()
                    .orElseThrow(() -> cycle(left));
            Axis axis = given(axes, next);
            left.remove(next);
            out.add(new Dimension(next, axis.plain(), axis.when()));
        }
        return List.copyOf(out);
    }

    /** One of those that are left and that an axis comes after. */
    private static Optional<String> waitsFor(Map<String, Axis> left, String path) {
        return given(left, path).when().keySet().stream()
                .flatMap(on -> axis(on, left).stream())
                .findFirst();
    }

    /** Each of those that are left waits for another, so whoever follows them comes round; not all of them need be on the round. */
    private static InvalidSpec cycle(Map<String, Axis> left) {
        List<String> way = new ArrayList<>();
        String at = left.keySet().iterator().next();
        while (!way.contains(at)) {
            way.add(at);
            at = waitsFor(left, at).orElseThrow();
        }
        return new InvalidSpec(
                "CONDITION_CYCLE",
                "axes." + at + ".when",
                given(left, at).when().keySet(),
                "depends in the end on " + at + " itself: "
                        + String.join(", ", way.subList(way.indexOf(at), way.size())),
                "leave one of their conditions out");
    }

    private static Axis given(Map<String, Axis> axes, String path) {
        return Objects.requireNonNull(axes.get(path), path);
    }

    /** The axis that gives a path: of that name, or whose objects hold it. */
    static Optional<String> axis(String path, Map<String, Axis> axes) {
        if (axes.containsKey(path)) {
            return Optional.of(path);
        }
        for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
            if (axes.containsKey(path.substring(0, dot))) {
                return Optional.of(path.substring(0, dot));
            }
        }
        return Optional.empty();
    }

    private static void check(String path, String on, List<JsonNode> values, Map<String, Axis> axes) {
        String field = "axes." + path + ".when";
        String other = axis(on, axes).orElseThrow(() -> {
            String remedy = Nearest.to(on, axes.keySet())
                    .map(near -> "did you mean \"" + near + "\"?")
                    .orElse("name one of " + String.join(", ", axes.keySet()));
            return new InvalidSpec("UNKNOWN_AXIS", field, on, "is no axis of the sweep", remedy);
        });
        Axis axis = given(axes, other).plain();
        for (JsonNode value : values) {
            boolean possible = axis instanceof Axis.Choice choice
                    ? choice.values().stream()
                            .map(given -> on.equals(other)
                                    ? given
                                    : given.at("/"
                                            + on.substring(other.length() + 1).replace('.', '/')))
                            .anyMatch(given -> Axis.Choice.comparable(given).equals(Axis.Choice.comparable(value)))
                    : !Double.isNaN(new Dimension(other, axis, Map.of()).of(value));
            if (!possible) {
                throw new InvalidSpec(
                        "UNMET_CONDITION",
                        field + "." + on,
                        value,
                        "is no value of axis " + other,
                        "add it there, or correct the condition");
            }
        }
    }
}
