package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code runyard sweep best|importance|extend|stop|run|around ID}. */
@Command(
        name = "sweep",
        description = "What a sweep has found, what mattered, and more of it or no more.",
        subcommands = {
            SweepCommand.Best.class,
            SweepCommand.Importance.class,
            SweepCommand.Extend.class,
            SweepCommand.Stop.class,
            SweepCommand.Run.class,
            SweepCommand.Around.class
        })
public final class SweepCommand implements Runnable {
    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "sweep: say best, importance, extend, stop, run or around");
    }

    /** The path of a sweep below {@code /api/v1/}. */
    static String sweep(LabApi lab, String id) {
        Found found = Found.byId(lab, id);
        if (!found.kind().equals("sweeps")) {
            throw Failure.badInput(id + " is a run", "give the id of a sweep: runyard ls sweeps");
        }
        return "sweeps/" + found.id() + "/";
    }

    abstract static class OfSweep implements Callable<Integer> {
        @Parameters(paramLabel = "ID", description = "Of a sweep; a beginning that is unique is enough.")
        String id;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        /** Its path below {@code /api/v1/}. */
        String sweep(LabApi lab) {
            return SweepCommand.sweep(lab, id);
        }

        boolean printed(JsonNode answer) {
            if (json) {
                System.out.println(answer.toPrettyString());
            }
            return json;
        }
    }

    /** The best points, with what came of them. */
    @Command(name = "best", description = "The best points, mean over their seeds.")
    public static final class Best extends OfSweep {
        @Option(names = "--limit", paramLabel = "N", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
        int limit;

        @Override
        public Integer call() {
            if (limit < 1) {
                throw Failure.badInput("--limit is " + limit, "give 1 or more");
            }
            LabApi lab = LabApi.ofEnvironment();
            JsonNode answer = lab.get(sweep(lab) + "points");
            if (printed(answer)) {
                return 0;
            }
            boolean seedsLater = answer.path("seedsLater").asBoolean();
            List<String> metrics = new ArrayList<>();
            answer.path("metrics").forEach(metric -> metrics.add(metric.asText()));
            Set<Integer> front = new HashSet<>();
            // A lab of an earlier release does not say it.
            boolean known = answer.path("front").isArray();
            answer.path("front").forEach(point -> front.add(point.asInt()));
            int sign = answer.path("goals").path(0).asText().equalsIgnoreCase("min") ? 1 : -1;
            List<JsonNode> finished = new ArrayList<>();
            answer.path("points").forEach(point -> {
                if (point.path("state").asText().equals("FINISHED")
                        && point.path("values").path(0).isNumber()) {
                    finished.add(point);
                }
            });
            // With seedsLater, points that have further seeds: of a single one, luck is the best.
            finished.sort(Comparator.comparingInt((JsonNode point) ->
                            front.contains(point.path("point").asInt()) ? 0 : 1)
                    .thenComparingInt(
                            (JsonNode point) -> seedsLater ? -point.path("runs").size() : 0)
                    .thenComparingDouble(
                            point -> sign * point.path("values").path(0).asDouble()));
            if (finished.isEmpty()) {
                System.out.println("No point is finished yet.");
                return 0;
            }
            // Of several goals none is the first: what cannot be had better in one without losing in another comes
            // first.
            List<String> head = new ArrayList<>(List.of("POINT"));
            head.addAll(metrics);
            if (known) {
                head.add("FRONT");
            }
            head.addAll(List.of("PARAMS", "RUNS"));
            Table table = new Table(head.toArray(new String[0]));
            for (JsonNode point : finished.subList(0, Math.min(limit, finished.size()))) {
                List<String> row = new ArrayList<>(List.of(point.path("point").asText()));
                for (int k = 0; k < metrics.size(); k++) {
                    row.add(Shown.number(point.path("values").path(k)));
                }
                if (known) {
                    row.add(front.contains(point.path("point").asInt()) ? "yes" : "no");
                }
                List<String> runs = new ArrayList<>();
                point.path("runs").forEach(run -> runs.add(run.asText()));
                row.add(LsCommand.params(point.path("params")));
                row.add(String.join(" ", runs));
                table.row((Object[]) row.toArray(new String[0]));
            }
            table.lines().forEach(System.out::println);
            return 0;
        }
    }

    /** What the axes have to do with being among the best. */
    @Command(name = "importance", description = "How much each axis has to do with being among the best.")
    public static final class Importance extends OfSweep {
        @Option(
                names = "--by",
                paramLabel = "METHOD",
                defaultValue = "ped-anova",
                description =
                        "ped-anova: for being among the best quarter; fanova: for the metric over the whole space."
                                + " Default: ${DEFAULT-VALUE}.")
        String by;

        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            JsonNode answer = lab.get(sweep(lab) + "importance?by=" + LabApi.encode(by));
            if (printed(answer)) {
                return 0;
            }
            if (answer.has("said")) {
                System.out.println(answer.path("said").asText());
                return 0;
            }
            Table table = new Table("AXIS", "SHARE", "95 %", "POINTS");
            answer.path("shares")
                    .forEach(share -> table.row(
                            share.path("path").asText(),
                            percent(share.path("share")),
                            percent(share.path("lo")) + " to " + percent(share.path("hi")),
                            share.path("points").asText()));
            table.lines().forEach(System.out::println);
            return 0;
        }

        private static String percent(JsonNode share) {
            return String.format(Locale.ROOT, "%.0f %%", 100 * share.asDouble());
        }
    }

    /** More points. */
    @Command(name = "extend", description = "More points by the same sampler; a finished sweep goes on.")
    public static final class Extend extends OfSweep {
        @Option(names = "--points", paramLabel = "N", required = true, description = "Points more, before seeds.")
        int points;

        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            JsonNode answer = lab.post(sweep(lab) + "extend", Map.of("points", points));
            if (!printed(answer)) {
                System.out.println(id + " " + points + " points more");
            }
            return 0;
        }
    }

    /** No more points. */
    @Command(name = "stop", description = "No further points; runs under way go on to their end.")
    public static final class Stop extends OfSweep {
        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            JsonNode answer = lab.post(sweep(lab) + "stop", null);
            if (!printed(answer)) {
                System.out.println(id + " " + answer.path("points").size() + " points, no more");
            }
            return 0;
        }
    }

    /** Queues what is made of a point. */
    abstract static class OfPoint extends OfSweep {
        @Option(
                names = "--point",
                paramLabel = "N",
                defaultValue = "best",
                description = "Its number, as best prints it; default: the best.")
        String point;

        @Option(names = "--print", description = "Print the spec, and queue nothing.")
        boolean print;

        int queue(String what, String kind) {
            LabApi lab = LabApi.ofEnvironment();
            if (!point.equals("best") && !point.matches("\\d{1,9}")) {
                throw Failure.badInput("--point is " + point, "give the number of a point, or best");
            }
            JsonNode spec = lab.get(sweep(lab) + "points/" + point + "/" + what);
            if (print) {
                System.out.println(spec.toPrettyString());
                return 0;
            }
            JsonNode made = lab.create(kind, spec);
            if (!printed(made)) {
                System.out.println(made.path("id").asText());
            }
            return 0;
        }
    }

    /** A run of a point. */
    @Command(name = "run", description = "Queue one more run of the best point, or of another.")
    public static final class Run extends OfPoint {
        @Override
        public Integer call() {
            return queue("run", "runs");
        }
    }

    /** A sweep around a point. */
    @Command(
            name = "around",
            description =
                    "Queue a sweep over a quarter of each range around the best point, which learns from this one.")
    public static final class Around extends OfPoint {
        @Override
        public Integer call() {
            return queue("around", "sweeps");
        }
    }
}
