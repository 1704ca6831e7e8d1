package dev.runyard.cli.project;

import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard export}. */
@Command(
        name = "export",
        description = "Write all of a project as files that outlive the lab; an interrupted one is gone on with.")
public final class ExportCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "PROJECT",
            defaultValue = "default",
            description = "Default: ${DEFAULT-VALUE}.")
    String project;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "A new folder, or one of an interrupted export.")
    Path out;

    @Override
    public Integer call() throws IOException {
        ProjectFolder folder = new ProjectFolder(Files.createDirectories(out).toAbsolutePath());
        if (folder.whole()) {
            throw Failure.badInput(out + " holds a whole export already", "name another folder");
        }
        LabApi lab = LabApi.ofEnvironment().acrossProjects();
        // Files go with their rows: the rows are always those of now.
        lab.get("projects/" + LabApi.encode(project) + "/members"); // says what is wrong in words
        lab.download("projects/" + LabApi.encode(project) + "/export", folder.lines());
        Map<String, Long> rows = folder.rows();
        List<ProjectFolder.Blob> blobs = folder.blobs();
        try (Progress progress = new Progress(System.err)) {
            int done = 0;
            for (ProjectFolder.Blob blob : blobs) {
                Path file = folder.blob(blob.sha256());
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                if (!Files.isRegularFile(file)) {
                    lab.save("artifacts/" + blob.sha256(), blob.sha256(), file);
                }
                progress.show(++done / (double) blobs.size(), done + " of " + blobs.size() + " files");
            }
        }
        folder.seal(project, rows, blobs);
        System.out.println("Wrote " + rows.getOrDefault("run", 0L) + " runs of project " + project + ", "
                + rows.values().stream().mapToLong(Long::longValue).sum() + " rows and " + blobs.size() + " files, to "
                + out);
        return 0;
    }
}
