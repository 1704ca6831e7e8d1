package dev.runyard.e2e.bench.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.space.Space;
import dev.runyard.spec.sweep.SweepSpec;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;

/** A function with a known least value, as {@code optuna_samplers.py} has it too: what is found minus that is the regret. */
enum Landscape {
    BRANIN("\"x\":{\"uniform\":[-5,10]},\"y\":{\"uniform\":[0,15]}", at -> branin(real(at, "x"), real(at, "y"))),
    HARTMANN6(reals(6, 0, 1), at -> hartmann(reals(at, 6), 0)),
    MIXED(
            "\"rate\":{\"logUniform\":[1e-5,1]},\"kind\":[\"sgd\",\"adam\",\"adamw\"],\"n\":{\"integers\":[1,64]}",
            Landscape::mixed),
    CONDITIONAL(
            "\"rate\":{\"logUniform\":[1e-4,10]},\"kind\":[\"pgn\",\"iip\",\"linear\"],"
                    + "\"prompts\":{\"integers\":[1,64],\"when\":{\"kind\":\"pgn\"}},"
                    + "\"library\":{\"integers\":[8,1024],\"log\":true,\"when\":{\"kind\":\"pgn\"}},"
                    + "\"width\":{\"uniform\":[0,1],\"when\":{\"kind\":\"iip\"}}",
            Landscape::conditional),
    ROSENBROCK10(reals(10, -5, 10), at -> rosenbrock(reals(at, 10))),
    SPHERE10(reals(10, -5, 10), at -> {
        double sum = 0;
        for (double x : reals(at, 10)) {
            sum += x * x;
        }
        return sum;
    });

    private static final double[] ALPHA = {1.0, 1.2, 3.0, 3.2};
    private static final double[][] A = {
        {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}
    };
    private static final double[][] P = {
        {1312, 1696, 5569, 124, 8283, 5886},
        {2329, 4135, 8307, 3736, 1004, 9991},
        {2348, 1451, 3522, 2883, 3047, 6650},
        {4047, 8828, 8732, 5743, 1091, 381}
    };

    private final Space space;
    private final ToDoubleFunction<Map<String, JsonNode>> regret;

    Landscape(String axes, ToDoubleFunction<Map<String, JsonNode>> regret) {
        this.space = Space.of(Json.read("{\"base\":{},\"axes\":{" + axes + "}}", SweepSpec.class)
                .axes());
        this.regret = regret;
    }

    Space space() {
        return space;
    }

    /** 0 at the best point. */
    double regret(Map<String, JsonNode> point) {
        return regret.applyAsDouble(point);
    }

    private static String reals(int n, int lo, int hi) {
        StringJoiner axes = new StringJoiner(",");
        for (int i = 0; i < n; i++) {
            axes.add("\"x" + i + "\":{\"uniform\":[" + lo + "," + hi + "]}");
        }
        return axes.toString();
    }

    private static double real(Map<String, JsonNode> at, String name) {
        return value(at, name).doubleValue();
    }

    private static JsonNode value(Map<String, JsonNode> at, String name) {
        return Objects.requireNonNull(at.get(name), name);
    }

    private static double[] reals(Map<String, JsonNode> at, int n) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = real(at, "x" + i);
        }
        return out;
    }

    private static double branin(double x, double y) {
        double a = y - 5.1 / (4 * Math.PI * Math.PI) * x * x + 5 / Math.PI * x - 6;
        return a * a + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10 - 0.39788735772973816;
    }

    /** @param less taken from each of its heights */
    static double hartmann(double[] x, double less) {
        double total = 0;
        for (int i = 0; i < 4; i++) {
            double sum = 0;
            for (int j = 0; j < 6; j++) {
                double d = x[j] - P[i][j] * 1e-4;
                sum += A[i][j] * d * d;
            }
            total += (ALPHA[i] - less) * Math.exp(-sum);
        }
        return 3.32236801141551 - total;
    }

    private static double mixed(Map<String, JsonNode> at) {
        double rate = Math.log10(real(at, "rate")) + 2.5;
        double n = (real(at, "n") - 16) / 16;
        double kind =
                switch (value(at, "kind").textValue()) {
                    case "sgd" -> 0.6;
                    case "adam" -> 0.2;
                    default -> 0;
                };
        return rate * rate + kind + n * n;
    }

    private static double conditional(Map<String, JsonNode> at) {
        double rate = Math.log10(real(at, "rate"));
        return switch (value(at, "kind").textValue()) {
            case "pgn" -> {
                double prompts = (real(at, "prompts") - 16) / 16;
                double library = Math.log(real(at, "library")) / Math.log(2) - 8;
                yield prompts * prompts + library * library / 4 + (rate + 1) * (rate + 1);
            }
            case "iip" -> 0.3 + Math.pow(real(at, "width") - 0.7, 2) + (rate + 2) * (rate + 2);
            default -> 0.5 + (rate - 0.5) * (rate - 0.5);
        };
    }

    private static double rosenbrock(double[] x) {
        double sum = 0;
        for (int i = 0; i + 1 < x.length; i++) {
            sum += 100 * Math.pow(x[i + 1] - x[i] * x[i], 2) + Math.pow(1 - x[i], 2);
        }
        return sum;
    }
}
