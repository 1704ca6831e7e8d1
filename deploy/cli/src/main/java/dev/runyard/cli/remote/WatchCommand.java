package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.run.RunState;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runyard watch}. */
@Command(
        name = "watch",
        description = "Follow a run or a sweep until it is over.",
        exitCodeList = {
            "0:the run finished, or every run of the sweep did; one that a pruner stopped counts as finished",
            "1:a run failed or was cancelled, or the lab does not answer",
            "2:what was typed is wrong"
        })
public final class WatchCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Of a run or a sweep; a beginning that is unique is enough.")
    String id;

    @Override
    public Integer call() throws InterruptedException {
        LabApi lab = LabApi.ofEnvironment();
        Found found = Found.byId(lab, id);
        JsonNode end;
        try (Progress progress = new Progress(System.out)) {
            end = Looking.until(() -> over(lab, found, progress));
        }
        String state = end.path("state").asText();
        if (found.isRun()) {
            System.out.println(Table.printable("run " + found.id() + " " + state + reason(end)));
            RunState last = RunProgress.state(state);
            return last == RunState.FINISHED || last == RunState.PRUNED ? 0 : Failure.FAULT;
        }
        SweepOutcome outcome = SweepOutcome.of(end);
        System.out.println("sweep " + found.id() + " " + state + ": " + outcome.line());
        if (!outcome.good()) {
            SweepOutcome.causes(lab.items("runs?state=FAILED&sweep=" + found.id(), 1_000))
                    .print(System.out);
        }
        return outcome.good() ? 0 : Failure.FAULT;
    }

    /** The last view, once it is over. */
    private static Optional<JsonNode> over(LabApi lab, Found found, Progress progress) {
        JsonNode view = lab.get(found.kind() + "/" + found.id());
        if (found.isRun()) {
            progress.show(RunProgress.fraction(view), RunProgress.line(view));
            return RunProgress.over(view) ? Optional.of(view) : Optional.empty();
        }
        progress.show(RunProgress.sweep(lab, found.id(), view), LsCommand.params(view.path("states")));
        return view.path("state").asText().matches("FINISHED|CANCELLED") ? Optional.of(view) : Optional.empty();
    }

    private static String reason(JsonNode run) {
        return run.path("reason").isTextual()
                ? " (" + run.path("reason").asText() + ": " + Shown.text(run.path("message")) + ")"
                : "";
    }
}
