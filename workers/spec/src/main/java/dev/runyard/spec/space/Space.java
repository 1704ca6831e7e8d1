package dev.runyard.spec.space;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.runyard.spec.InvalidSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a sampler draws from: axes, of which some are there only where others have certain values, and conditions that a point must
 * satisfy. A point is a map of path to value without the axes that are not there.
 */
public final class Space {
    /** Points tried before a space counts as empty. */
    public static final int TRIES = 10_000;

    private final Map<String, Axis> axes;
    private final List<Dimension> dimensions;
    private final List<Expression> require;
    private final Map<String, JsonNode> fixed;

    private Space(
            Map<String, Axis> axes, List<Dimension> dimensions, List<Expression> require, Map<String, JsonNode> fixed) {
        this.axes = axes;
        this.dimensions = dimensions;
        this.require = require;
        this.fixed = fixed;
    }

    public static Space of(Map<String, Axis> axes) {
        return of(axes, List.of(), MissingNode.getInstance());
    }

    /**
     * @param require conditions over paths of the axes and of the base
     * @param base where a condition finds what no axis gives
     * @throws InvalidSpec UNKNOWN_AXIS, CONDITION_CYCLE, UNMET_CONDITION below {@code axes.PATH.when}; BAD_EXPRESSION, UNKNOWN_PATH below
     *     {@code require}
     */
    public static Space of(Map<String, Axis> axes, List<String> require, JsonNode base) {
        Map<String, Axis> sorted = Collections.unmodifiableSortedMap(new TreeMap<>(axes));
        List<Dimension> dimensions = Conditions.ordered(sorted);
        Map<String, JsonNode> fixed = new HashMap<>();
        List<Expression> parsed = new ArrayList<>();
        for (int i = 0; i < require.size(); i++) {
            try {
                Expression one = Expression.parse(require.get(i));
                one.paths().forEach(path -> fix(path, sorted, base, fixed));
                parsed.add(one);
            } catch (InvalidSpec e) {
                throw e.within(require.size() == 1 ? "require" : "require[" + i + "]");
            }
        }
        return new Space(sorted, dimensions, List.copyOf(parsed), fixed);
    }

    private static void fix(String path, Map<String, Axis> axes, JsonNode base, Map<String, JsonNode> fixed) {
        if (Conditions.axis(path, axes).isPresent()) {
            return;
        }
        JsonNode value = base.at("/" + path.replace('.', '/'));
        if (value.isMissingNode()) {
            throw new InvalidSpec(
                    "UNKNOWN_PATH", "", path, "is neither an axis nor in the base", "write its value into the base");
        }
        fixed.put(path, value);
    }

    public Map<String, Axis> axes() {
        return axes;
    }

    /** Those that others depend on come first. */
    public List<Dimension> dimensions() {
        return dimensions;
    }

    public int size() {
        return dimensions.size();
    }

    /** Whether there is nothing but axes: no condition of any kind. */
    public boolean plain() {
        return require.isEmpty() && dimensions.stream().allMatch(d -> d.when().isEmpty());
    }

    public boolean conditional() {
        return dimensions.stream().anyMatch(d -> !d.when().isEmpty());
    }

    public boolean constrained() {
        return !require.isEmpty();
    }

    /** Whether an axis is there, given those it depends on. */
    public boolean active(Dimension dimension, Map<String, JsonNode> point) {
        return dimension.when().entrySet().stream().allMatch(one -> {
            JsonNode value = value(one.getKey(), point);
            return one.getValue().stream()
                    .anyMatch(will -> Axis.Choice.comparable(will).equals(Axis.Choice.comparable(value)));
        });
    }

    /** Takes away the axes that are not there. */
    public Map<String, JsonNode> kept(Map<String, JsonNode> point) {
        Map<String, JsonNode> out = new TreeMap<>();
        for (Dimension d : dimensions) {
            JsonNode value = point.get(d.path());
            if (value != null && active(d, out)) {
                out.put(d.path(), value);
            }
        }
        return out;
    }

    /** Whether the conditions hold. */
    public boolean allows(Map<String, JsonNode> point) {
        if (require.isEmpty()) {
            return true;
        }
        Map<String, JsonNode> values = new HashMap<>(fixed);
        for (Expression one : require) {
            for (String path : one.paths()) {
                JsonNode value = value(path, point);
                if (!value.isMissingNode()) {
                    values.put(path, value);
                }
            }
        }
        return require.stream().allMatch(one -> one.holds(values));
    }

    private static JsonNode value(String path, Map<String, JsonNode> point) {
        JsonNode own = point.get(path);
        if (own != null) {
            return own;
        }
        for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
            JsonNode outer = point.get(path.substring(0, dot));
            if (outer != null) {
                return outer.at("/" + path.substring(dot + 1).replace('.', '/'));
            }
        }
        return MissingNode.getInstance();
    }

    /** @param u one coordinate for each dimension, in [0, 1]; those of axes that are not there are not looked at */
    public Map<String, JsonNode> at(double[] u) {
        Map<String, JsonNode> out = new TreeMap<>();
        for (int i = 0; i < dimensions.size(); i++) {
            Dimension d = dimensions.get(i);
            if (active(d, out)) {
                out.put(d.path(), d.at(u[i]));
            }
        }
        return out;
    }

    /** Coordinates of a point; NaN where an axis is not there, or does not have the value. */
    public double[] coordinates(Map<String, JsonNode> point) {
        double[] u = new double[dimensions.size()];
        for (int i = 0; i < u.length; i++) {
            Dimension d = dimensions.get(i);
            JsonNode value = point.get(d.path());
            u[i] = value == null || !active(d, point) ? Double.NaN : d.of(value);
        }
        return u;
    }

    /** Whether a point, of whatever space, lies in this one: each axis that is there has a value of its own. */
    public boolean has(Map<String, JsonNode> point) {
        double[] u = coordinates(point);
        for (int i = 0; i < u.length; i++) {
            if (Double.isNaN(u[i]) && active(dimensions.get(i), point)) {
                return false;
            }
        }
        return true;
    }

    /** A form in which equal points are equal, however their numbers are written. */
    public static Map<String, Object> comparable(Map<String, JsonNode> point) {
        Map<String, Object> out = new HashMap<>();
        point.forEach((path, value) -> out.put(path, Axis.Choice.comparable(value)));
        return out;
    }

    /** @throws InvalidSpec UNSATISFIABLE when none of many points drawn satisfies the conditions, with their number */
    public void check() {
        for (int i = 0; i < TRIES; i++) {
            if (allows(kept(Draws.point(axes, 0, i)))) {
                return;
            }
        }
        throw new InvalidSpec(
                "UNSATISFIABLE",
                "require",
                require.toString(),
                "holds at none of " + TRIES + " points drawn from the axes",
                "widen the axes, or ask for less");
    }

    /** A given point, whose axes that are left out are drawn. @throws InvalidSpec for what the axes do not have */
    public Map<String, JsonNode> filled(Map<String, JsonNode> given, long seed, int index) {
        Map<String, JsonNode> drawn = new LinkedHashMap<>(Draws.point(axes, seed, index));
        drawn.putAll(given);
        Map<String, JsonNode> out = kept(drawn);
        given.forEach((path, value) -> {
            Optional<Dimension> dimension =
                    dimensions.stream().filter(d -> d.path().equals(path)).findFirst();
            if (dimension.isEmpty()) {
                throw new InvalidSpec(
                        "UNKNOWN_AXIS",
                        path,
                        value,
                        "is no axis of the sweep",
                        "put it under include, or add the axis");
            }
            if (!out.containsKey(path)) {
                throw new InvalidSpec("UNMET_CONDITION", path, value, "is not there at this point", "leave it out");
            }
            if (Double.isNaN(dimension.get().of(value))) {
                throw new InvalidSpec("OUT_OF_RANGE", path, value, "is no value of its axis", "widen the axis");
            }
        });
        if (!allows(out)) {
            throw new InvalidSpec(
                    "UNMET_CONDITION", "", out, "does not satisfy " + require, "give it other values, or ask for less");
        }
        return out;
    }
}
