package dev.runyard.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.table.ReportTable;
import java.util.Map;

/** Tables as a lab makes them of its runs. */
final class LabTable {
    private LabTable() {}

    /** @param definition YAML or JSON */
    static ReportTable of(LabApi lab, String definition) {
        return read(lab, lab.post("reports/preview", Map.of("text", definition)));
    }

    static ReportTable read(LabApi lab, JsonNode answer) {
        try {
            return Json.read(answer, ReportTable.class);
        } catch (InvalidSpec e) {
            throw Failure.fault(
                    "the table that the lab at " + lab.url() + " makes cannot be read here (" + e.getMessage() + ")",
                    "install the lab's version of the command line",
                    e);
        }
    }
}
