package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.Json;
import dev.runyard.spec.SpecDocument;
import dev.runyard.spec.sweep.SweepSpec;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard submit}. */
@Command(name = "submit", description = "Queue a run or a sweep from a YAML or JSON file; prints its id.")
public final class SubmitCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A run spec, or a sweep spec (it has base:).")
    Path file;

    @Option(names = "--experiment", paramLabel = "NAME", description = "For a run: what it is listed under.")
    @Nullable
    String experiment;

    @Option(names = "--name", description = "For a run: shown in lists.")
    @Nullable
    String name;

    @Option(names = "--json", description = "Print the whole answer.")
    boolean json;

    @Override
    public Integer call() {
        ObjectNode tree = SpecFile.read(file);
        JsonNode answer;
        if (tree.has("base")) {
            if (experiment != null || name != null) {
                throw Failure.badInput("--experiment and --name are for runs", "write them into the sweep's file");
            }
            // Read here as well: what is wrong is said without a lab.
            Json.read(tree, SweepSpec.class);
            answer = LabClient.ofEnvironment().post("sweeps", tree);
        } else {
            SpecDocument.submitted(tree);
            Map<String, Object> run = new LinkedHashMap<>();
            if (experiment != null) {
                run.put("experiment", experiment);
            }
            if (name != null) {
                run.put("name", name);
            }
            run.put("spec", tree);
            answer = LabClient.ofEnvironment().post("runs", run);
        }
        System.out.println(json ? answer.toPrettyString() : answer.path("id").asText());
        return 0;
    }
}
