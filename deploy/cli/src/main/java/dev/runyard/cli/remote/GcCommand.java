package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Table;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runyard gc}. */
@Command(
        name = "gc",
        description =
                "Free what the artifact store keeps for nobody: files of runs deleted long ago, and what nothing refers to."
                        + " The lab does so by itself, some at a time.")
public final class GcCommand implements Callable<Integer> {
    @Option(names = "--dry-run", description = "Say what would go, by run and reason, and change nothing.")
    boolean dry;

    @Option(names = "--json", description = "As JSON.")
    boolean json;

    @Override
    public Integer call() {
        LabApi lab = LabApi.ofEnvironment();
        // All that is spare goes with one request, file by file.
        JsonNode answer = dry ? lab.get("gc") : lab.lengthy("gc", Map.of());
        if (json) {
            System.out.println(answer.toPrettyString());
        } else if (dry) {
            show(answer);
        } else {
            System.out.println("Freed " + answer.path("files").asLong() + " files; "
                    + answer.path("runs").asLong() + " deleted runs let go of theirs.");
        }
        return 0;
    }

    private static void show(JsonNode plan) {
        Table table = new Table("RUN", "NAME", "FILES", "BYTES", "REASON");
        for (JsonNode part : plan.path("parts")) {
            boolean run = part.hasNonNull("run");
            table.row(
                    run ? part.path("run").asText() : "-",
                    run
                            ? part.path("project").asText() + ": "
                                    + part.path("name").asText()
                            : "-",
                    part.path("files").asText(),
                    Shown.bytes(part.path("bytes").asLong()),
                    run ? "deleted long ago" : "nothing refers to it");
        }
        table.print(System.out);
        System.out.println("Would free " + plan.path("files").asLong() + " files, "
                + Shown.bytes(plan.path("bytes").asLong()) + ".");
    }
}
