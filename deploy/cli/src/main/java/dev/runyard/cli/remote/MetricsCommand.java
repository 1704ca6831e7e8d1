package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard metrics}. */
@Command(
        name = "metrics",
        description = "Print a run's metric: step, epoch, value. Without --key: which metrics it has.")
public final class MetricsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Of a run; a beginning that is unique is enough.")
    String id;

    @Option(names = "--key", paramLabel = "K", description = "For example train/loss.")
    @Nullable
    String key;

    @Option(
            names = "--buckets",
            paramLabel = "N",
            defaultValue = "800",
            description = "Most lines; default ${DEFAULT-VALUE}.")
    int buckets;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Override
    public Integer call() {
        if (buckets < 1 || buckets > 10_000) {
            throw Failure.badInput("--buckets is " + buckets, "give 1 to 10000");
        }
        LabApi lab = LabApi.ofEnvironment();
        String run = "runs/" + Found.run(lab, id).id() + "/metrics";
        JsonNode answer = key == null
                ? lab.get(run)
                : lab.get(run + "/history?key=" + LabApi.encode(key) + "&buckets=" + buckets);
        if (json) {
            System.out.println(answer.toPrettyString());
        } else if (key == null) {
            Table table = new Table("METRIC", "POINTS", "LAST");
            for (JsonNode one : answer.path("keys")) {
                table.row(one.path("key").asText(), one.path("count").asText(), Shown.number(one.path("last")));
            }
            table.lines().forEach(System.out::println);
        } else {
            history(answer);
        }
        return 0;
    }

    private static void history(JsonNode answer) {
        if (answer.path("exact").asBoolean()) {
            Table table = new Table("STEP", "EPOCH", "VALUE");
            for (JsonNode point : answer.path("points")) {
                table.row(
                        point.path("step").asText(), Shown.text(point.path("epoch")), Shown.text(point.path("value")));
            }
            table.lines().forEach(System.out::println);
            return;
        }
        Table table = new Table("FROM", "TO", "LAST", "MIN", "MAX", "POINTS");
        for (JsonNode bucket : answer.path("buckets")) {
            table.row(
                    bucket.path("from").asText(),
                    bucket.path("to").asText(),
                    Shown.number(bucket.path("last")),
                    Shown.number(bucket.path("min")),
                    Shown.number(bucket.path("max")),
                    bucket.path("count").asText());
        }
        table.lines().forEach(System.out::println);
        System.out.println(answer.path("total").asText() + " points shown as "
                + answer.path("buckets").size() + " buckets");
    }
}
