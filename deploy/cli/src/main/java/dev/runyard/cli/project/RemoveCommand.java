package dev.runyard.cli.project;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard remove}. */
@Command(
        name = "remove",
        description = {
            "Remove a project for good, with all its runs, sweeps, reports, points and logs; the project default is emptied and stays.",
            "There is no way back but an export: runyard export PROJECT --out DIR."
        })
public final class RemoveCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PROJECT")
    String project;

    @Option(names = "--yes", description = "Do it. Without, it says what would go and changes nothing.")
    boolean yes;

    @Override
    public Integer call() {
        LabApi lab = LabApi.ofEnvironment();
        String members = "projects/" + LabApi.encode(project) + "/members";
        lab.acrossProjects().get(members); // says of one that is not there what is wrong
        if (!yes) {
            long runs = lab.in(project).get("runs?limit=1").path("total").asLong();
            System.out.println(
                    "Would remove project " + project + " with " + runs + " runs and all that belongs to them.");
            System.out.println("Keep it first: runyard export " + project + " --out DIR. Then: runyard remove "
                    + project + " --yes");
            return 0;
        }
        JsonNode rows = lab.acrossProjects()
                .lengthyDelete("projects/" + LabApi.encode(project))
                .path("rows");
        Table table = new Table("TABLE", "ROWS");
        rows.fields()
                .forEachRemaining(
                        part -> table.row(part.getKey(), part.getValue().asText()));
        table.print(System.out);
        System.out.println("Removed project " + project + "; its files go with the next gc.");
        return 0;
    }
}
