package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.vision.train.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The weights of a finished run: in a folder of this machine, or fetched from the lab by the run's id. */
public final class FinishedRun {
    private FinishedRun() {}

    /**
     * @param folderOrId the {@code --out} folder of a training, its weights file, or an id of a run or the beginning of one
     * @return a file of this machine; what came from a lab is kept in the home by its SHA-256
     */
    public static Path weights(String folderOrId) throws IOException {
        Optional<Path> path = existing(folderOrId);
        if (path.isPresent()) {
            return path.get();
        }
        if (!Found.isId(folderOrId)) {
            throw Failure.badInput(
                    "there is no folder or run " + folderOrId,
                    "give the --out folder of \"runyard train\", or the id of a run (\"runyard ls\")");
        }
        LabApi lab = LabApi.ofEnvironment();
        Found found = Found.run(lab, folderOrId);
        for (JsonNode artifact : lab.get("runs/" + found.id() + "/artifacts")) {
            if (artifact.path("name").asText().equals(TrainedRun.FILE)) {
                return fetched(lab, artifact.path("sha256").asText());
            }
        }
        throw Failure.badInput(
                "run " + folderOrId + " is " + found.view().path("state").asText() + " and has no " + TrainedRun.FILE,
                "wait until it is FINISHED (\"runyard watch " + folderOrId + "\")");
    }

    private static Path fetched(LabApi lab, String sha256) throws IOException {
        Path folder = LabHome.ofEnvironment().folder().resolve("fetched").resolve(sha256);
        Path file = folder.resolve(TrainedRun.FILE);
        if (!Files.exists(file)) {
            Files.createDirectories(folder);
            lab.save("artifacts/" + sha256, sha256, file);
        }
        return file;
    }

    private static Optional<Path> existing(String text) {
        try {
            return Optional.of(GivenPath.of(text)).filter(Files::exists);
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("--run \"" + text + "\" " + e.getMessage(), null);
        }
    }
}
