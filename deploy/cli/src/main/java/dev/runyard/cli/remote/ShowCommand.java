package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Cost;
import dev.runyard.cli.terminal.Table;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard show}. */
@Command(name = "show", description = "Show a run or a sweep.")
public final class ShowCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Of a run or a sweep; a beginning that is unique is enough.")
    String id;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Override
    public Integer call() {
        LabApi lab = LabApi.ofEnvironment();
        Found found = Found.byId(lab, id);
        if (json) {
            System.out.println(found.view().toPrettyString());
        } else if (found.isRun()) {
            run(lab, found);
        } else {
            sweep(lab, found);
        }
        return 0;
    }

    private static void run(LabApi lab, Found run) {
        JsonNode view = run.view();
        fields(
                view,
                "id",
                "experiment",
                "sweep",
                "parent",
                "name",
                "state",
                "heardAt",
                "reason",
                "message",
                "waiting",
                "attempt",
                "createdAt");
        Shown.preparing(view).ifPresent(line -> System.out.println("preparing   " + Table.printable(line)));
        System.out.println("step        " + Shown.progress(view));
        System.out.println("params      " + LsCommand.params(view.path("params")));
        Shown.mark(view).ifPresent(mark -> System.out.println("note        " + mark));
        cost(view);
        Table metrics = new Table("METRIC", "LAST", "BEST", "AT STEP", "POINTS");
        view.path("summary").properties().stream()
                .filter(entry -> !Cost.holds(entry.getKey()))
                .forEach(entry -> metrics.row(
                        entry.getKey(),
                        Shown.number(entry.getValue().path("last")),
                        Shown.number(entry.getValue().path("best")),
                        Shown.text(entry.getValue().path("bestStep")),
                        Shown.text(entry.getValue().path("count"))));
        print(metrics);
        Table attempts = new Table("ATTEMPT", "STATE", "DEVICE", "FROM", "TO", "OUTCOME");
        JsonNode listed = lab.get("runs/" + run.id() + "/attempts");
        for (JsonNode attempt : listed.isArray() ? listed : listed.path("items")) {
            attempts.row(
                    attempt.path("attempt").asText(),
                    Shown.text(attempt.path("state")),
                    Shown.text(attempt.path("host")),
                    Shown.text(attempt.path("startStep")),
                    Shown.text(attempt.path("endStep")),
                    Shown.text(attempt.path("outcome")));
        }
        print(attempts);
    }

    /** Of the last attempt; the time on devices is that of all. */
    private static void cost(JsonNode view) {
        String line = Cost.line(key -> {
            JsonNode last = view.path("summary").path(key).path("last");
            return last.isNumber() ? last.asDouble() : null;
        });
        JsonNode all = view.path("deviceSeconds");
        String devices = all.isNumber() ? String.format(Locale.ROOT, "%,.1f s on devices", all.asDouble()) : "";
        String both = devices.isEmpty() || line.isEmpty() ? devices + line : devices + "; " + line;
        if (!both.isEmpty()) {
            System.out.println("cost        " + both);
        }
    }

    private static void sweep(LabApi lab, Found sweep) {
        JsonNode view = sweep.view();
        fields(view, "id", "experiment", "name", "state", "createdAt");
        System.out.println("runs        " + view.path("created").asText() + " of "
                + view.path("total").asText());
        System.out.println("outcome     " + SweepOutcome.of(view).line());
        String metric = view.path("spec").path("metric").asText("val/top1");
        print(SweepTable.of(lab, sweep.id(), metric));
        print(SweepOutcome.causes(lab.items("runs?state=FAILED&sweep=" + sweep.id(), 1_000)));
        List<JsonNode> runs = lab.items("runs?sweep=" + sweep.id(), 1_000);
        marks(runs);
        print(LsCommand.runs(runs));
    }

    /** Below the table, whose cells may mix runs that have a mark with others. */
    private static void marks(List<JsonNode> runs) {
        Map<String, Long> counted = new TreeMap<>();
        runs.forEach(run -> Shown.mark(run).ifPresent(mark -> counted.merge(mark, 1L, Long::sum)));
        counted.forEach((mark, n) -> System.out.println("note        " + n + " of " + runs.size() + " runs: " + mark));
    }

    private static void fields(JsonNode view, String... names) {
        for (String name : names) {
            JsonNode value = view.path(name);
            if (!value.isMissingNode() && !value.isNull()) {
                String shown = name.endsWith("At") ? Shown.time(value) : Shown.text(value);
                System.out.println(name + " ".repeat(Math.max(1, 12 - name.length())) + Table.printable(shown));
            }
        }
    }

    private static void print(Table table) {
        if (!table.isEmpty()) {
            System.out.println();
            table.print(System.out);
        }
    }
}
