package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code runyard ask} and {@code runyard tell}: sweeps that a program of one's own carries out. */
public final class StudyCommand {
    private StudyCommand() {}

    /** Points to try. */
    @Command(
            name = "ask",
            description =
                    "Points of an external sweep to try, one a line: its number and its values. Nothing once it has no more.")
    public static final class Ask implements Callable<Integer> {
        @Parameters(paramLabel = "SWEEP", description = "A beginning that is unique is enough.")
        String id;

        @Option(names = "--points", paramLabel = "N", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
        int points;

        @Option(
                names = "--key",
                paramLabel = "TEXT",
                description = "Of this request: whoever asks again with it gets the same points.")
        @Nullable
        String key;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            JsonNode answer = lab.postOnce(
                    SweepCommand.sweep(lab, id) + "ask",
                    Map.of("points", points),
                    key == null ? UUID.randomUUID().toString() : key);
            if (json) {
                System.out.println(answer.toPrettyString());
                return 0;
            }
            answer.path("points")
                    .forEach(point -> System.out.println(
                            point.path("point").asText() + " " + LsCommand.params(point.path("params"))));
            if (answer.path("points").isEmpty()) {
                System.err.println("No more points: " + answer.path("stopping").asText());
            }
            return 0;
        }
    }

    /** What came of a point. */
    @Command(
            name = "tell",
            description =
                    "What came of a point of an external sweep. The same may be told again; something else is refused.")
    public static final class Tell implements Callable<Integer> {
        /** A value may be negative, and is no option then. */
        @Spec
        void negative(CommandSpec spec) {
            spec.parser().unmatchedOptionsArePositionalParams(true);
        }

        @Parameters(index = "0", paramLabel = "SWEEP", description = "A beginning that is unique is enough.")
        String id;

        @Parameters(index = "1", paramLabel = "POINT", description = "Its number, as ask printed it.")
        int point;

        @Parameters(
                index = "2..*",
                arity = "0..*",
                paramLabel = "VALUE",
                description = "Of the sweep's metric; or METRIC=VALUE, several.")
        String[] values = {};

        @Option(
                names = "--epoch",
                paramLabel = "N",
                description = "The value after so many epochs; prints KEEP or STOP where the pruner decides.")
        @Nullable
        Integer epoch;

        @Option(names = "--pruned", description = "The point was stopped before its end.")
        boolean pruned;

        @Option(names = "--failed", paramLabel = "WHY", description = "Nothing came of the point.")
        @Nullable
        String failed;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        @Override
        public Integer call() {
            if (pruned && failed != null) {
                throw Failure.badInput("--pruned beside --failed", "give one of them");
            }
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("point", point);
            Map<String, Double> named = new LinkedHashMap<>();
            for (String given : values) {
                int cut = given.lastIndexOf('=');
                if (cut > 0) {
                    named.put(given.substring(0, cut), number(given.substring(cut + 1)));
                } else if (body.putIfAbsent("value", number(given)) != null) {
                    throw Failure.badInput("two values without a metric", "give METRIC=VALUE for each");
                }
            }
            if (!named.isEmpty()) {
                body.put("values", named);
            }
            if (epoch != null) {
                body.put("epoch", epoch);
            }
            if (pruned || failed != null) {
                body.put("state", pruned ? "PRUNED" : "FAILED");
            }
            if (failed != null) {
                body.put("message", failed);
            }
            LabApi lab = LabApi.ofEnvironment();
            // What is told is told once by itself: the key only lets the request be sent again.
            JsonNode answer = lab.postOnce(
                    SweepCommand.sweep(lab, id) + "tell",
                    body,
                    UUID.randomUUID().toString());
            if (json) {
                System.out.println(answer.toPrettyString());
            } else if (answer.has("decision")) {
                System.out.println(answer.path("decision").asText());
            }
            return 0;
        }

        private static double number(String text) {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw Failure.badInput(
                        "\"" + text + "\" is no number", "give one as 0.25, or --failed WHY where there is none");
            }
        }
    }
}
