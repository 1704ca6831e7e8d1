package dev.runyard.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.remote.WrittenSpec;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.table.ReportSpec;
import dev.runyard.spec.table.ReportTable;
import dev.runyard.spec.table.TableFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard report}. */
@Command(
        name = "report",
        description = "Make a table of a lab's results from a definition in YAML or JSON.",
        exitCodeList = {
            "0:the table is written",
            "1:no run matches the definition, or the lab does not answer",
            "2:the definition or what was typed is wrong"
        })
public final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A definition.")
    Path file;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "markdown",
            description = "markdown, csv, latex or json. Default: ${DEFAULT-VALUE}.")
    String format;

    @Option(names = "--out", paramLabel = "FILE", description = "Write it there and not to the terminal.")
    @Nullable
    Path out;

    @Option(names = "--keep", description = "Keep the definition in the lab; prints the report's address.")
    boolean keep;

    @Override
    public Integer call() throws IOException {
        boolean json = format.equals("json");
        @Nullable TableFormat as = json ? null : TableFormat.of(format);
        String text = WrittenSpec.text(file);
        // Read here as well: what is wrong is said without a lab.
        ReportSpec spec = ReportSpec.read(text);
        LabApi lab = LabApi.ofEnvironment();
        ReportTable table = LabTable.of(lab, text);
        if (table.runs() == 0) {
            throw Failure.fault(
                    "no run of " + lab.url() + " matches " + Json.canonical(spec.runs()),
                    "check runs: in " + file + "; \"runyard ls\" lists what there is");
        }
        String written = as == null
                ? Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(table) + "\n"
                : as.write(table, spec);
        if (out == null) {
            System.out.print(written);
        } else {
            Files.writeString(out, written);
        }
        if (keep) {
            System.err.println("kept: " + kept(lab, text));
        }
        return 0;
    }

    /** Where the page shows it. */
    static String kept(LabApi lab, String text) {
        JsonNode made = lab.post("reports", Map.of("text", text));
        return lab.url() + "/reports/" + made.path("id").asText();
    }
}
