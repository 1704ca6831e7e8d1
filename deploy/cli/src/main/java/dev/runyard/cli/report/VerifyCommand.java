package dev.runyard.cli.report;

import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.remote.WrittenSpec;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.table.ReportTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runyard verify}. */
@Command(
        name = "verify",
        description = {
            "Hold a LaTeX table that \"runyard report\" wrote against the lab.",
            "Every number, emphasis and mark of significance is made again from the runs."
        },
        exitCodeList = {
            "0:everything that the table says holds",
            "1:something no longer does, which is printed; or the lab does not answer",
            "2:the file is no such table, or its definition was changed"
        })
public final class VerifyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The table, alone in its file or in a whole paper.")
    Path file;

    @Override
    public Integer call() {
        CitedTable cited = CitedTable.read(file, WrittenSpec.text(file));
        LabApi lab = LabApi.ofEnvironment();
        ReportTable now = LabTable.of(lab, cited.definition());
        List<String> wrong = new ArrayList<>();
        int held = 0;
        for (CitedTable.Row row : cited.rows()) {
            Optional<ReportTable.Line> own = now.rows().stream()
                    .filter(r -> r.labels().equals(row.labels()))
                    .findFirst();
            for (int i = row.labels().size(); i < cited.columns().size(); i++) {
                Optional<String> what = own.isEmpty()
                        ? Optional.of("no run gives this row")
                        : difference(
                                now,
                                own.get(),
                                cited.columns().get(i),
                                row.cells().get(i));
                String column = cited.columns().get(i);
                what.ifPresent(text -> wrong.add(String.join(" ", row.labels()).strip() + ", " + column + ": " + text));
                held += what.isEmpty() ? 1 : 0;
            }
        }
        wrong.forEach(line -> System.out.println(Table.printable(line)));
        if (!wrong.isEmpty()) {
            throw Failure.fault(
                    wrong.size() + " of " + (held + wrong.size()) + " cells of " + file + " no longer hold",
                    "make the table again with \"runyard report\", or look for what changed its runs");
        }
        System.out.println("all " + held + " cells hold"
                + (now.content().equals(cited.content()) ? ", of the same runs" : ", though of other runs than then"));
        return 0;
    }

    private static Optional<String> difference(
            ReportTable now, ReportTable.Line row, String column, CitedTable.Cell cited) {
        for (int i = 0; i < now.columns().size(); i++) {
            if (now.columns().get(i).label().equals(column)) {
                return difference(row.cells().get(i), cited);
            }
        }
        int further = now.further().indexOf(column);
        if (further < 0) {
            return Optional.of("no run gives this column");
        }
        return said(row.further().get(further), cited.text());
    }

    private static Optional<String> difference(ReportTable.Cell now, CitedTable.Cell cited) {
        Optional<String> text = said(now.text(), cited.text());
        if (text.isPresent()) {
            return text;
        }
        boolean better = now.test() != null && now.test().verdict() == ReportTable.Verdict.BETTER;
        boolean worse = now.test() != null && now.test().verdict() == ReportTable.Verdict.WORSE;
        if (cited.bold() && !now.best()) {
            return Optional.of("the file shows it as the best, which it is not");
        }
        if (cited.better() && !better || cited.worse() && !worse) {
            return Optional.of("the file marks it as significantly " + (cited.better() ? "better" : "worse")
                    + ", which it is not");
        }
        return Optional.empty();
    }

    private static Optional<String> said(String now, String cited) {
        return now.equals(cited) ? Optional.empty() : Optional.of("the file says " + cited + ", the lab " + now);
    }
}
