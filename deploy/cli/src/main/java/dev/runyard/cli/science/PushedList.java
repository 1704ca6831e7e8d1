package dev.runyard.cli.science;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.remote.Shown;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.Needs;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runyard data list}, {@code runyard weights list}: what was pushed, and whether it may be forgotten. */
abstract class PushedList implements Callable<Integer> {
    private static final int SHORT = 12;

    private final String kind;
    private final String what;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    /**
     * @param kind as needs begin
     * @param what they are, for people
     */
    PushedList(String kind, String what) {
        this.kind = kind;
        this.what = what;
    }

    @Override
    public Integer call() {
        ArrayNode ours = Json.mapper().createArrayNode();
        for (JsonNode place : LabApi.ofEnvironment().get("places")) {
            if (place.path("need").asText().startsWith(kind)) {
                ours.add(place);
            }
        }
        if (json) {
            System.out.println(ours.toPrettyString());
        } else if (ours.isEmpty()) {
            System.out.println("No pushed " + what + ".");
        } else {
            table(ours).lines().forEach(System.out::println);
        }
        return 0;
    }

    private Table table(ArrayNode places) {
        Table table = new Table("NAME", "SIZE", "SHA256", "PUSHED BY", "WHEN", "IN USE");
        for (JsonNode place : places) {
            String sha256 = place.path("sha256").asText();
            table.row(
                    place.path("need").asText().substring(kind.length()),
                    Shown.bytes(place.path("size").asLong()),
                    sha256.substring(0, Math.min(SHORT, sha256.length())),
                    Shown.text(place.path("pushedBy")),
                    Shown.time(place.path("pushedAt")),
                    use(place.path("openRuns")));
        }
        return table;
    }

    /** A lab of the version before does not tell. */
    private static String use(JsonNode runs) {
        long open = runs.asLong();
        return !runs.isNumber() ? "?" : open == 0 ? "-" : open == 1 ? "by 1 open run" : "by " + open + " open runs";
    }

    /** {@code runyard data list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the data sets that were pushed, and how many runs that are not over need each.")
    static final class Data extends PushedList {
        Data() {
            super(Needs.DATASET, "data sets");
        }
    }

    /** {@code runyard weights list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the weights that were pushed, and how many runs that are not over need each.")
    static final class Weights extends PushedList {
        Weights() {
            super(Needs.WEIGHTS, "weights");
        }
    }
}
