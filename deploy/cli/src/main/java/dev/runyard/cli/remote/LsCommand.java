package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard ls}. */
@Command(name = "ls", description = "List runs, sweeps, experiments or devices; newest first.")
public final class LsCommand implements Callable<Integer> {
    /** What can be listed. */
    enum What {
        runs,
        sweeps,
        experiments,
        devices
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "WHAT",
            defaultValue = "runs",
            description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    What what;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "Default: ${DEFAULT-VALUE}.")
    int limit;

    @Option(names = "--experiment", paramLabel = "NAME", description = "Only runs or sweeps of it.")
    @Nullable
    String experiment;

    @Option(names = "--state", paramLabel = "STATE,…", description = "Only runs in these states.")
    @Nullable
    String state;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Override
    public Integer call() {
        if (limit < 1 || limit > 100_000) {
            throw Failure.badInput("--limit is " + limit, "give 1 to 100000");
        }
        List<JsonNode> items = items(LabApi.ofEnvironment());
        if (json) {
            ArrayNode array = new ObjectMapper().createArrayNode().addAll(items);
            System.out.println(array.toPrettyString());
            return 0;
        }
        Table table = table(items);
        if (table.isEmpty()) {
            System.out.println("No " + what + ".");
        } else {
            table.lines().forEach(System.out::println);
        }
        return 0;
    }

    private List<JsonNode> items(LabApi lab) {
        return switch (what) {
            case runs ->
                lab.items("runs?sort=-createdAt" + query("&experiment", experiment) + query("&state", state), limit);
            case sweeps -> lab.items("sweeps" + query("?experiment", experiment), limit);
            case experiments -> lab.items("experiments", limit);
            case devices -> lab.items("devices", limit);
        };
    }

    private static String query(String name, @Nullable String value) {
        return value == null ? "" : name + "=" + LabApi.encode(value);
    }

    private Table table(List<JsonNode> items) {
        return switch (what) {
            case runs -> runs(items);
            case sweeps -> sweeps(items);
            case experiments -> experiments(items);
            case devices -> devices(items);
        };
    }

    static Table runs(List<JsonNode> items) {
        Table table = new Table("ID", "STATE", "EXPERIMENT", "STEP", "PARAMS", "VAL/TOP1", "TEST/TOP1", "CREATED");
        Instant now = Instant.now();
        for (JsonNode run : items) {
            table.row(
                    run.path("id").asText(),
                    Shown.state(run, now),
                    run.path("experiment").asText(),
                    Shown.progress(run),
                    params(run.path("params")),
                    Shown.number(run.path("summary").path("val/top1").path("last")),
                    Shown.number(run.path("summary").path("test/top1").path("last"))
                            + Shown.mark(run).map(mark -> " (" + mark + ")").orElse(""),
                    Shown.time(run.path("createdAt")));
        }
        return table;
    }

    private static Table sweeps(List<JsonNode> items) {
        Table table = new Table("ID", "STATE", "EXPERIMENT", "NAME", "OUTCOME", "CREATED");
        for (JsonNode sweep : items) {
            table.row(
                    sweep.path("id").asText(),
                    sweep.path("state").asText(),
                    sweep.path("experiment").asText(),
                    Shown.text(sweep.path("name")),
                    SweepOutcome.of(sweep).line(),
                    Shown.time(sweep.path("createdAt")));
        }
        return table;
    }

    private static Table experiments(List<JsonNode> items) {
        Table table = new Table("NAME", "PROJECT", "RUNS", "CREATED");
        for (JsonNode experiment : items) {
            table.row(
                    experiment.path("name").asText(),
                    Shown.text(experiment.path("project")),
                    Shown.text(experiment.path("runs")),
                    Shown.time(experiment.path("createdAt")));
        }
        return table;
    }

    private static Table devices(List<JsonNode> items) {
        Table table = new Table("ID", "STATE", "KIND", "HOST", "NAME", "MEMORY", "SLOTS", "LABELS", "RUN", "WHY");
        for (JsonNode device : items) {
            table.row(
                    device.path("id").asText(),
                    device.path("state").asText(),
                    device.path("kind").asText(),
                    device.path("host").asText(),
                    Shown.text(device.path("name")),
                    Shown.bytes(device.path("memoryBytes").asLong()),
                    device.path("slots").asText(),
                    params(device.path("labels")),
                    Shown.text(device.path("lease").path("run")),
                    Table.printable(Shown.text(device.path("why"))));
        }
        return table;
    }

    static String params(JsonNode params) {
        if (!params.isObject() || params.isEmpty()) {
            return "-";
        }
        return params.properties().stream()
                .map(entry -> entry.getKey() + "=" + Shown.text(entry.getValue()))
                .collect(Collectors.joining(" "));
    }
}
