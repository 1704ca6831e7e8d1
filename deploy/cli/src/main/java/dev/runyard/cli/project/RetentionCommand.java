package dev.runyard.cli.project;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard retention}. */
@Command(
        name = "retention",
        description = {
            "What a project keeps of its runs' files; with an option, from now on.",
            "A run that is pinned, or that a frozen report cites, keeps all of them."
        })
public final class RetentionCommand implements Callable<Integer> {
    /** Says that a project has no number of days of its own. */
    private static final String LAB = "lab";

    @Parameters(
            arity = "0..1",
            paramLabel = "PROJECT",
            defaultValue = "${env:RUNYARD_PROJECT:-default}",
            description = "Left out: what RUNYARD_PROJECT says, or default.")
    String project;

    @Option(names = "--last", paramLabel = "N", description = "Newest checkpoints of each run that stay, 1 to 100.")
    @Nullable
    Integer last;

    @Option(
            names = "--best",
            paramLabel = "K",
            description = "Newest of those that held the best validation result when they were made, 0 to 100.")
    @Nullable
    Integer best;

    @Option(
            names = "--deleted-days",
            paramLabel = "D",
            description = "How long a deleted run keeps its files, 1 to 3650; \"lab\": as the lab is set.")
    @Nullable
    String deletedDays;

    @Option(names = "--json", description = "As JSON.")
    boolean json;

    @Override
    public Integer call() {
        LabApi lab = LabApi.ofEnvironment().acrossProjects();
        String path = "projects/" + LabApi.encode(project) + "/retention";
        JsonNode kept = lab.get(path);
        if (last != null || best != null || deletedDays != null) {
            kept = lab.put(path, changed((ObjectNode) kept));
            if (deletedDays != null && kept.hasNonNull("deletedDays")) {
                System.err.println("Files of runs that were deleted more than "
                        + kept.path("deletedDays").asText() + " days ago go soon.");
            }
        }
        if (json) {
            System.out.println(kept.toPrettyString());
            return 0;
        }
        Table table = new Table("PROJECT", "LAST", "BEST", "DELETED RUNS' FILES");
        table.row(
                project,
                kept.path("last").asText(),
                kept.path("best").asText(),
                kept.hasNonNull("deletedDays") ? kept.path("deletedDays").asText() + " days" : "as the lab is set");
        table.print(System.out);
        return 0;
    }

    /** What no option names stays. */
    private ObjectNode changed(ObjectNode kept) {
        if (last != null) {
            kept.put("last", last);
        }
        if (best != null) {
            kept.put("best", best);
        }
        if (deletedDays != null && deletedDays.equals(LAB)) {
            kept.remove("deletedDays");
        } else if (deletedDays != null) {
            kept.put("deletedDays", days(deletedDays));
        }
        return kept;
    }

    private static int days(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw Failure.badInput("--deleted-days is \"" + text + "\"", "give a number of days, or " + LAB);
        }
    }
}
