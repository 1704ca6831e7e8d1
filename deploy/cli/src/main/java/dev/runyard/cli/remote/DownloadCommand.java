package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.cli.terminal.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard download}. */
@Command(
        name = "download",
        description =
                "Save what a run left: its weights, predictions, pictures, and what tasks that looked at it found.")
public final class DownloadCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "RUN", description = "Id of a run; a beginning that is unique is enough.")
    String run;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "ARTIFACT",
            description = "Names of files, as the run's page lists them; none: all.")
    List<String> names = new ArrayList<>();

    @Option(names = "--out", paramLabel = "DIR", description = "Folder; default: run- and the id's first digits.")
    @Nullable
    String out;

    @Option(names = "--list", description = "Print what there is and save nothing.")
    boolean list;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Override
    public Integer call() throws IOException {
        LabApi lab = LabApi.ofEnvironment();
        String id = Found.run(lab, run).id();
        Map<String, JsonNode> chosen = chosen(lab.get("runs/" + id + "/artifacts"));
        if (list) {
            print(chosen.values(), null);
            return 0;
        }
        Path folder = GivenPath.of(out == null ? "run-" + id.substring(0, 8) : out);
        for (String name : chosen.keySet()) {
            if (!name.equals(String.valueOf(Path.of(name).getFileName()))) {
                throw Failure.fault("the lab names a file \"" + name + "\", which is a path", "save it from the page");
            }
            if (Files.exists(folder.resolve(name))) {
                throw Failure.badInput(
                        folder.resolve(name) + " is there already", "give another folder with --out, or remove it");
            }
        }
        Files.createDirectories(folder);
        for (Map.Entry<String, JsonNode> one : chosen.entrySet()) {
            String sha256 = one.getValue().path("sha256").asText();
            lab.save("artifacts/" + sha256, sha256, folder.resolve(one.getKey()));
        }
        print(chosen.values(), folder);
        return 0;
    }

    /** Of a name that several tasks used the newest file. */
    private Map<String, JsonNode> chosen(JsonNode all) {
        Map<String, JsonNode> known = new LinkedHashMap<>();
        all.forEach(artifact -> known.put(artifact.path("name").asText(), artifact));
        if (known.isEmpty()) {
            throw Failure.badInput("run " + run + " left no file", "\"runyard show " + run + "\" says how it ended");
        }
        if (names.isEmpty()) {
            return known;
        }
        Map<String, JsonNode> out = new LinkedHashMap<>();
        for (String name : names) {
            JsonNode found = known.get(name);
            if (found == null) {
                throw Failure.badInput(
                        "run " + run + " left no " + name, "it left " + String.join(", ", known.keySet()));
            }
            out.put(name, found);
        }
        return out;
    }

    private void print(Iterable<JsonNode> files, @Nullable Path folder) {
        if (json) {
            files.forEach(System.out::println);
            return;
        }
        Table table = new Table("NAME", "KIND", "BYTES", "SHA-256");
        for (JsonNode file : files) {
            table.row(
                    file.path("name").asText(),
                    file.path("kind").asText(),
                    file.path("size").asLong(),
                    file.path("sha256").asText());
        }
        table.lines().forEach(System.out::println);
        if (folder != null) {
            System.out.println("written: " + folder);
        }
    }
}
