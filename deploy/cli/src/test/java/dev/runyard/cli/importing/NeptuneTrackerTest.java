package dev.runyard.cli.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where Neptune's files are looked for, and what its names become. */
final class NeptuneTrackerTest {
    private static final Path SAMPLE = Path.of("src/test/resources/importing/neptune");
    private static final String PROJECT = "lab_vision-91ac6c6b2d48c39c";
    private static final String PART = "VIS-1-a3a733719ca31b62_part_0.parquet";

    @TempDir
    Path folder;

    private final List<String> left = new ArrayList<>();

    private void takesFilesOf(NeptuneTracker tracker) throws IOException {
        List<String> files = new ArrayList<>();
        tracker.runs(left::add).get(0).content().files((path, file) -> files.add(path), left::add);
        assertThat(files)
                .containsExactly(
                        "model/final/weights.bin", "images/step_3/step_3.png", "source/lib/net.py", "source/train.py");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "./src/test/resources/importing/neptune/files",
                "src/../src/test/resources/importing/neptune/files/"
            })
    void filesAreFoundHoweverTheirFolderIsWritten(String files) throws IOException {
        takesFilesOf(new NeptuneTracker(SAMPLE.resolve("data"), Path.of(files), null, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"data", "./data/", "data/" + PROJECT, "."})
    void filesLieBesideTheDataByDefault(String data) throws IOException {
        takesFilesOf(new NeptuneTracker(SAMPLE.resolve(data), null, null, 1));
    }

    @Test
    void aFolderWithoutTheProjectsFilesIsRefusedBeforeAnythingIsWritten() throws IOException {
        NeptuneTracker tracker = new NeptuneTracker(SAMPLE.resolve("data"), folder, null, 1);
        assertThatThrownBy(() -> tracker.runs(left::add))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("--files: there is no folder " + folder.resolve(PROJECT))
                .hasMessageContaining("--files-path");
        Files.createDirectory(folder.resolve(PROJECT));
        assertThat(tracker.runs(left::add)).hasSize(2);
    }

    @Test
    void aPartWithANumberBeyondAllIsNone() throws IOException {
        Path project = Files.createDirectories(folder.resolve("data").resolve(PROJECT));
        Files.createDirectories(folder.resolve("files").resolve(PROJECT));
        Path part = SAMPLE.resolve("data").resolve(PROJECT).resolve(PART);
        Files.copy(part, project.resolve("x_part_0.parquet"));
        Files.copy(part, project.resolve("x_part_99999999999.parquet"));
        assertThat(new NeptuneTracker(folder.resolve("data"), null, null, 1).runs(left::add))
                .hasSize(1);
    }

    @Test
    void whatTheLabSaysOfARowPassesUnchanged() {
        Failure failure = Failure.fault("the lab is full", "free some");
        Path part = SAMPLE.resolve("data").resolve(PROJECT).resolve(PART);
        assertThatThrownBy(() -> ParquetRows.read(part, List.of("run_id"), row -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> ParquetRows.read(part, List.of("run_id"), row -> row.getDouble("run_id", 0)))
                .as("a column of another kind")
                .isInstanceOf(IOException.class);
    }

    @Test
    void namesThatDifferInAReplacedSignStayApart() {
        NeptuneNames names = new NeptuneNames(left::add);
        assertThat(names.of("loss{a}")).isEqualTo("loss_a_");
        assertThat(names.of("loss[a]")).isEqualTo("loss_a__2");
        assertThat(names.of("loss_a_")).isEqualTo("loss_a__3");
        assertThat(names.of("loss[a]")).as("again").isEqualTo("loss_a__2");
        assertThat(names.of("val/acc")).isEqualTo("val/acc");
        assertThat(names.of("x".repeat(260) + "1")).isEqualTo("x".repeat(250));
        assertThat(names.of("x".repeat(260) + "2")).isEqualTo("x".repeat(248) + "_2");
        assertThat(names.changed()).hasSize(5).doesNotContainKey("val/acc").containsEntry("loss[a]", "loss_a__2");
        assertThat(left).hasSize(5).contains("the name loss[a], which is loss_a__2 here");
    }
}
