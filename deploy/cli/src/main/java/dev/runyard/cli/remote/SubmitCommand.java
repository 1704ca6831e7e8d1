package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.code.PackedCode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sweep.SpecFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard submit}. */
@Command(
        name = "submit",
        description = {
            "Queue a run or a sweep from a YAML or JSON file; prints its id.",
            "Relative paths in it lead from the folder in which this is typed. A folder of code is packed as git",
            "would track it."
        },
        exitCodeList = {
            "0:it is queued",
            "1:the lab does not answer; or, with --check, something that the file names is not on this machine",
            "2:the file or what was typed is wrong"
        })
public final class SubmitCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    @Parameters(paramLabel = "FILE", description = "A run spec, or a sweep spec (it has base:).")
    Path file;

    @Option(names = "--experiment", paramLabel = "NAME", description = "For a run: what it is listed under.")
    @Nullable
    String experiment;

    @Option(names = "--name", description = "For a run: shown in lists.")
    @Nullable
    String name;

    @Option(
            names = "--check",
            description = "Queue nothing: check the spec, and that every file and folder it names is on this machine.")
    boolean check;

    @Option(names = "--json", description = "Print the whole answer.")
    boolean json;

    @Override
    public Integer call() {
        WrittenSpec document = WrittenSpec.read(file);
        try (PackedCode code = PackedCode.of(document.tree())) {
            return submit(document, code);
        }
    }

    private int submit(WrittenSpec document, @Nullable PackedCode code) {
        // Read here as well: what is wrong is said without a lab.
        SpecFile asked = SpecFile.of(document.tree());
        if (asked instanceof SpecFile.Sweep && (experiment != null || name != null)) {
            throw Failure.badInput("--experiment and --name are for runs", "write them into the sweep's file");
        }
        if (check) {
            return check(document, asked);
        }
        LabApi lab = LabApi.ofEnvironment();
        if (code != null) {
            code.files().forEach(lab::store);
        }
        JsonNode answer = asked instanceof SpecFile.Sweep
                ? lab.create("sweeps", document.tree())
                : lab.create("runs", request(document.tree()));
        if (answer.hasNonNull("note")) {
            System.err.println("note: " + answer.path("note").asText());
        }
        System.out.println(json ? answer.toPrettyString() : answer.path("id").asText());
        return 0;
    }

    private ObjectNode request(ObjectNode tree) {
        ObjectNode request = tree;
        if (!tree.has("spec")) {
            request = Json.mapper().createObjectNode();
            request.set("spec", tree);
        }
        if (experiment != null) {
            request.put("experiment", experiment);
        }
        if (name != null) {
            request.put("name", name);
        }
        return request;
    }

    private int check(WrittenSpec document, SpecFile asked) {
        List<String> missing = document.paths().entrySet().stream()
                .filter(entry -> !Files.exists(Path.of(entry.getKey())))
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .toList();
        if (!missing.isEmpty()) {
            String shown = String.join(", ", missing.subList(0, Math.min(SHOWN, missing.size())));
            throw Failure.fault(
                    file + " names what is not on this machine: " + Table.printable(shown)
                            + (missing.size() > SHOWN ? " and " + (missing.size() - SHOWN) + " more" : ""),
                    "put it there (\"runyard data fetch\", \"runyard weights fetch\"), or change the path");
        }
        System.out.println(file + ": " + asked.runs() + (asked.runs() == 1 ? " run" : " runs") + ", "
                + document.paths().size() + " files and folders, all on this machine");
        return 0;
    }
}
