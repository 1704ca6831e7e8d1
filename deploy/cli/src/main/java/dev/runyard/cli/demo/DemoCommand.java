package dev.runyard.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.lab.Lab;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.remote.Looking;
import dev.runyard.cli.remote.RunProgress;
import dev.runyard.cli.remote.Shown;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runyard demo}. */
@Command(
        name = "demo",
        description =
                "A lab on this machine, a real sweep of PGN and IIP, a table of results. Started again, it goes on.",
        exitCodeList = {
            "0:every run finished",
            "1:a run failed, or the lab cannot start",
            "2:what was typed, or the data that it names, is wrong"
        })
public final class DemoCommand implements Callable<Integer> {
    /** As its sweep has it. */
    private static final String METRIC = "test/top1";

    private final PrintStream out = System.out;

    @Option(
            names = "--data",
            paramLabel = "DIR|ZIP",
            description = "Images to use: any supported layout. Default: rendered ones.")
    @Nullable
    Path data;

    @Option(names = "--exit", description = "Stop the lab at the end instead of keeping the page open.")
    boolean exit;

    @Override
    public Integer call() throws IOException, InterruptedException {
        LabHome home = LabHome.ofEnvironment();
        home.prepare();
        DemoSweep sweep = DemoSweep.of(data, home.folder().resolve("data"));
        if (data == null) {
            out.println("Data: counting 3 to 10 coloured shapes; the images are rendered by Runyard itself."
                    + " --data takes your own.");
        }
        Optional<LabHome.Running> running = Lab.runningOn(home);
        if (running.isPresent()) {
            out.println("The lab on " + home.folder() + " is already running at "
                    + running.get().url());
            return show(home, LabApi.of(running.get().url()), sweep, () -> {});
        }
        out.println("Starting the lab on " + home.folder());
        Lab lab = Lab.on(home, Integer.MAX_VALUE, System.err);
        Runtime.getRuntime().addShutdownHook(new Thread(lab::close, "stop"));
        String url = lab.start();
        Thread keeper = new Thread(lab::lookAfter, "keeper");
        keeper.setDaemon(true);
        keeper.start();
        int status = show(home, LabApi.of(url), sweep, lab::requireWorkers);
        if (!exit) {
            out.println("The lab stays up; Ctrl-C stops it.");
            keeper.join();
        }
        return status;
    }

    /** @param check throws when nobody is left to train */
    private int show(LabHome home, LabApi lab, DemoSweep sweep, Runnable check) throws InterruptedException {
        String id = sweep.idIn(lab);
        String page = home.signIn(lab.url() + "/sweeps/" + id);
        out.println("Sweep " + id + ": " + page);
        String state = follow(lab, id, check);
        List<JsonNode> runs = lab.items("runs?sweep=" + id, 1_000);
        out.println();
        table(lab, id, runs).lines().forEach(out::println);
        out.println();
        long unfinished = 0;
        for (JsonNode run : runs) {
            if (!"FINISHED".equals(run.path("state").asText())) {
                unfinished++;
                out.println("run " + run.path("id").asText() + " is "
                        + run.path("state").asText() + ": " + Table.printable(Shown.text(run.path("message"))));
            }
        }
        if (!exit) {
            DemoAnalysis.queue(lab, runs, METRIC)
                    .ifPresent(analysis -> out.println("Pictures of the best run come in a minute: " + lab.url()
                            + "/runs/" + analysis + "?tab=pictures"));
        }
        out.println("Page: " + page);
        return state.equals("FINISHED") && unfinished == 0 ? 0 : Failure.FAULT;
    }

    /** Until the sweep is over. */
    private String follow(LabApi lab, String id, Runnable check) throws InterruptedException {
        try (Progress progress = new Progress(out)) {
            return Looking.until(() -> {
                check.run();
                JsonNode view = lab.get("sweeps/" + id);
                List<JsonNode> runs = lab.items("runs?sweep=" + id, 1_000);
                int total = Math.max(1, view.path("total").asInt());
                progress.show(runs.stream().mapToDouble(RunProgress::fraction).sum() / total, line(runs, total));
                return Optional.of(view.path("state").asText())
                        .filter(state -> state.equals("FINISHED") || state.equals("CANCELLED"));
            });
        }
    }

    private static String line(List<JsonNode> runs, int total) {
        long over = runs.stream().filter(run -> RunProgress.fraction(run) >= 1).count();
        String now = runs.stream()
                .filter(run -> "RUNNING".equals(run.path("state").asText()))
                .findFirst()
                .map(run -> "  " + DemoTable.method(run.path("spec").path("method")) + " seed "
                        + run.path("spec").path("seed").asText() + "  epoch " + Shown.text(run.path("epoch")) + "/"
                        + Shown.text(run.path("epochs")) + "  loss "
                        + Shown.number(run.path("summary").path("train/loss").path("last")) + "  val/top1 "
                        + Shown.number(run.path("summary").path("val/top1").path("last")))
                .orElse("");
        return over + "/" + total + " runs" + now;
    }

    private static Table table(LabApi lab, String id, List<JsonNode> runs) {
        return DemoTable.of(lab.get("sweeps/" + id + "/table?metric=" + METRIC).path("rows"), runs);
    }
}
