package dev.runyard.agent.attempt;

import dev.runyard.agent.client.AttemptClient;
import dev.runyard.agent.client.Patience;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.look.Look;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files of the finished run that a task looks at, brought into the attempt's folder. */
final class InputFiles {
    private InputFiles() {}

    /**
     * @param folder of the attempt
     * @throws TrainingFailure WEIGHTS when one cannot be had as it was stored
     */
    static void bring(List<CheckpointRef.File> files, Path folder, AttemptClient client, Patience patience)
            throws IOException {
        if (files.isEmpty()) {
            return;
        }
        Path inputs = Files.createDirectories(folder.resolve(Look.INPUT));
        for (CheckpointRef.File file : files) {
            Path target = inputs.resolve(file.name());
            String sha256;
            try {
                sha256 = patience.call(() -> CheckpointCache.fetch(client, file, target));
            } catch (ServiceFault.Refused e) {
                throw new TrainingFailure(
                        FailureReason.WEIGHTS, file.name() + " of the run cannot be had: " + e.getMessage(), e);
            }
            if (!sha256.equals(file.sha256())) {
                throw new TrainingFailure(
                        FailureReason.WEIGHTS,
                        file.name() + " of the run has SHA-256 " + sha256 + ", expected " + file.sha256());
            }
        }
    }
}
