package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.spec.RunState;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runyard watch}. */
@Command(name = "watch", description = "Follow a run or a sweep until it is over; exit code 1 when it did not finish.")
public final class WatchCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Of a run or a sweep.")
    String id;

    @Override
    public Integer call() throws InterruptedException {
        LabClient lab = LabClient.ofEnvironment();
        Found found = Found.byId(lab, id);
        String end = follow(lab, found);
        System.out.println((found.isRun() ? "run " : "sweep ") + found.id() + " " + end);
        return end.startsWith("FINISHED") ? 0 : 1;
    }

    private static String follow(LabClient lab, Found found) throws InterruptedException {
        try (Progress progress = new Progress(System.out)) {
            while (true) {
                JsonNode view = lab.get(found.kind() + "/" + found.id());
                if (found.isRun()) {
                    progress.show(RunProgress.fraction(view), RunProgress.line(view));
                    if (RunState.valueOf(view.path("state").asText()).terminal()) {
                        return view.path("state").asText() + reason(view);
                    }
                } else {
                    progress.show(RunProgress.sweep(lab, found.id(), view), LsCommand.params(view.path("states")));
                    if (view.path("state").asText().matches("FINISHED|CANCELLED")) {
                        return view.path("state").asText();
                    }
                }
                TimeUnit.MILLISECONDS.sleep(700);
            }
        }
    }

    private static String reason(JsonNode run) {
        return run.path("reason").isTextual()
                ? " (" + run.path("reason").asText() + ": " + Shown.text(run.path("message")) + ")"
                : "";
    }
}
