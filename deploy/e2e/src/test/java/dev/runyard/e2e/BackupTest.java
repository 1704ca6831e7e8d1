package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lab that was stopped in the middle of a run, restored elsewhere: the run goes on there from its checkpoint. */
class BackupTest {
    private static final Duration LONG = Duration.ofMinutes(3);

    @TempDir
    static Path folder;

    @Test
    void a_restored_lab_goes_on_with_the_run_it_was_in() throws Exception {
        String backup = folder.resolve("backup.tar").toString();
        String run;
        long before;
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), Map.of("RUNYARD_THREADS", "1"))) {
            run = lab.client()
                    .post(
                            "/api/v1/runs",
                            Map.of(
                                    "spec",
                                    Map.of(
                                            "dataset", Map.of("id", "shapes", "train", 128, "test", 40),
                                            "method",
                                                    Map.of(
                                                            "kind",
                                                            "pgn",
                                                            "resolution",
                                                            32,
                                                            "prompts",
                                                            1,
                                                            "librarySize",
                                                            8),
                                            "schedule", Map.of("epochs", 60, "warmupEpochs", 0),
                                            "batchSize", 32,
                                            "augment", "flip-crop")))
                    .get("id")
                    .asText();
            before = lab.client()
                    .await("/api/v1/runs/" + run, LONG, r -> r.path("step").asLong() > 8)
                    .path("step")
                    .asLong();
            LabProcess.Result running = LabProcess.run(lab.command("backup", backup), LONG);
            assertThat(running.exit()).isEqualTo(1);
            assertThat(running.err()).contains("runyard down");
            lab.close();
            LabProcess.Result rested = LabProcess.run(lab.command("backup", backup), LONG);
            assertThat(rested.exit()).as(rested.err()).isZero();
            ProcessBuilder restore = lab.command("restore", backup);
            restore.environment().put("RUNYARD_HOME", folder.resolve("other").toString());
            LabProcess.Result restored = LabProcess.run(restore, LONG);
            assertThat(restored.exit()).as(restored.err()).isZero();
        }
        try (LabProcess other = LabProcess.start(folder.resolve("other"), Map.of("RUNYARD_THREADS", "1"))) {
            JsonNode end = other.client().await("/api/v1/runs/" + run, LONG, r -> r.path("state")
                    .asText()
                    .equals("FINISHED"));
            assertThat(end.path("attempt").asInt()).isGreaterThan(1);
            JsonNode attempts = other.client().get("/api/v1/runs/" + run + "/attempts");
            assertThat(attempts.get(attempts.size() - 1).path("startStep").asLong())
                    .isGreaterThanOrEqualTo(before);
            assertThat(other.client().history(run, "train/loss")).hasSize(240);
        }
    }
}
