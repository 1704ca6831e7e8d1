package dev.runyard.cli.project;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.spec.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard import project}. */
@Command(name = "project", description = "A project that \"runyard export\" wrote, into a new or empty project.")
public final class ImportProjectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The folder of the export.")
    Path dir;

    @Option(names = "--as", paramLabel = "NAME", description = "Its name here. Default: the one that it had.")
    @Nullable
    String name;

    @Override
    public Integer call() throws IOException {
        ProjectFolder folder = new ProjectFolder(dir.toAbsolutePath());
        JsonNode manifest = folder.opened();
        String project = name == null ? manifest.path("project").asText() : name;
        List<ProjectFolder.Blob> blobs = folder.blobs();
        LabApi lab = LabApi.ofEnvironment().acrossProjects();
        try (Progress progress = new Progress(System.err)) {
            int done = 0;
            for (ProjectFolder.Blob blob : blobs) {
                Path file = folder.blob(blob.sha256());
                if (!Files.isRegularFile(file) || !Sha256.of(file).equals(blob.sha256())) {
                    throw Failure.badInput(file + " is missing or damaged", "export again");
                }
                lab.store(blob.sha256(), file);
                progress.show(++done / (double) blobs.size(), done + " of " + blobs.size() + " files");
            }
        }
        String lines = manifest.path("lines").asText();
        lab.store(lines, folder.lines());
        JsonNode rows = lab.lengthy("projects/" + LabApi.encode(project) + "/import", Map.of("sha256", lines))
                .path("rows");
        System.out.println("Read " + rows.path("run").asLong() + " runs into project " + project);
        return 0;
    }
}
