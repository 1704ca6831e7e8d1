package dev.runyard.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.remote.Looking;
import dev.runyard.cli.remote.RunProgress;
import dev.runyard.cli.remote.SweepOutcome;
import dev.runyard.cli.remote.WrittenSpec;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.run.RunState;
import dev.runyard.spec.sweep.SpecFile;
import dev.runyard.spec.table.MarkdownTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard paper}. */
@Command(
        name = "paper",
        description = {
            "Queue an experiment of the PGN paper, wait for it, and make its table.",
            "Nothing is queued where data or weights that it names are not on this machine."
        },
        exitCodeList = {
            "0:every run finished, and the table is printed and kept",
            "1:data are missing, a run did not finish, or the lab does not answer",
            "2:what was typed is wrong"
        })
public final class PaperCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    /** Runs of a sweep, and tasks on them, that are looked at. */
    private static final int MOST = 10_000;

    /** Ids in one filter. */
    private static final int ASKED = 40;

    @Parameters(paramLabel = "NAME", description = "For example prompts; the handbook's page on the paper lists them.")
    String name;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "small",
            description = "small, real or paper. Default: ${DEFAULT-VALUE}.")
    String size;

    @Option(names = "--check", description = "Queue nothing: look whether everything that it names is here.")
    boolean check;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PaperFolder paper = PaperFolder.found();
        WrittenSpec sweep = WrittenSpec.from(paper.root(), paper.sweep(name, size));
        SpecFile asked = SpecFile.of(sweep.tree());
        String template = WrittenSpec.text(paper.report(name, size));
        requireData(sweep);
        if (check) {
            System.out.println(name + ", " + size + ": " + asked.runs() + " runs, everything that they name is here");
            return 0;
        }
        LabApi lab = LabApi.ofEnvironment();
        JsonNode queued = lab.create("sweeps", sweep.tree());
        String id = queued.path("id").asText();
        System.err.println("sweep " + id + ": " + asked.runs() + " runs");
        JsonNode end;
        try (Progress progress = new Progress(System.err)) {
            end = Looking.until(() -> over(lab, id, progress));
        }
        List<JsonNode> failed = List.of();
        if (!sweep.tree().path("then").isEmpty()) {
            int steps = sweep.tree().path("then").size();
            List<JsonNode> trained = lab.items("runs?state=FINISHED&sweep=" + id, MOST);
            List<JsonNode> tasks;
            try (Progress progress = new Progress(System.err)) {
                tasks = Looking.until(() -> looked(lab, trained, steps, progress));
            }
            failed = tasks.stream()
                    .filter(task -> !task.path("state").asText().equals("FINISHED"))
                    .toList();
        }
        String definition = template.replaceAll("(?m)^runs:.*$", "runs: {sweep: " + id + "}");
        System.out.print(MarkdownTable.of(LabTable.of(lab, definition)));
        System.err.println("kept: " + ReportCommand.kept(lab, definition));
        SweepOutcome outcome = SweepOutcome.of(end);
        if (!outcome.good()) {
            SweepOutcome.causes(lab.items("runs?state=FAILED&sweep=" + id, 1_000))
                    .print(System.err);
            throw Failure.fault(
                    outcome.line(), "\"runyard show " + id + "\" tells of each; what is missing is said in the table");
        }
        if (!failed.isEmpty()) {
            SweepOutcome.causes(failed).print(System.err);
            throw Failure.fault(
                    failed.size() + " of the tasks on its runs did not finish",
                    "\"runyard show " + failed.get(0).path("id").asText()
                            + "\" tells more; \"runyard retry\" tries again");
        }
        return 0;
    }

    /** The tasks on a sweep's runs, once all are over: the sweep's own end does not wait for them. */
    private static Optional<List<JsonNode>> looked(LabApi lab, List<JsonNode> runs, int steps, Progress progress) {
        List<JsonNode> tasks = new ArrayList<>();
        for (int from = 0; from < runs.size(); from += ASKED) {
            String ids = runs.subList(from, Math.min(runs.size(), from + ASKED)).stream()
                    .map(run -> "\"" + run.path("id").asText() + "\"")
                    .collect(Collectors.joining(", "));
            tasks.addAll(lab.items("runs?filter=" + LabApi.encode("params.of in (" + ids + ")"), MOST));
        }
        long over = tasks.stream()
                .filter(task -> RunState.valueOf(task.path("state").asText()).terminal())
                .count();
        long all = (long) steps * runs.size();
        progress.show(all == 0 ? 1 : (double) over / all, over + " of " + all + " tasks on them over");
        return over >= all ? Optional.of(tasks) : Optional.empty();
    }

    private void requireData(WrittenSpec sweep) {
        List<String> missing = sweep.paths().entrySet().stream()
                .filter(entry -> !Files.exists(Path.of(entry.getKey())))
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .toList();
        if (!missing.isEmpty()) {
            throw Failure.fault(
                    "nothing was queued: " + name + " names what is not on this machine: "
                            + Table.printable(String.join(", ", missing.subList(0, Math.min(SHOWN, missing.size()))))
                            + (missing.size() > SHOWN ? " and " + (missing.size() - SHOWN) + " more" : ""),
                    "deploy/docs/paper.md, \"Data\", says what it is and where it is had");
        }
    }

    private static Optional<JsonNode> over(LabApi lab, String id, Progress progress) {
        JsonNode view = lab.get("sweeps/" + id);
        progress.show(RunProgress.sweep(lab, id, view), SweepOutcome.of(view).line());
        return view.path("state").asText().matches("FINISHED|CANCELLED") ? Optional.of(view) : Optional.empty();
    }
}
