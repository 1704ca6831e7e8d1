package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The command line beside a packaged lab. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandLineTest {
    @TempDir
    static Path folder;

    private LabProcess lab;
    private LabClient client;

    @BeforeAll
    void start() throws Exception {
        lab = LabProcess.start(folder.resolve("home"), Map.of("RUNYARD_THREADS", "1"));
        client = lab.client();
        for (int i = 0; i < 24; i++) {
            Path file = folder.resolve("here/data/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i % 16, i / 16, 0xff0000 + i);
            ImageIO.write(image, "png", file.toFile());
        }
    }

    @AfterAll
    void stop() throws Exception {
        lab.close();
    }

    @Test
    void a_spec_means_the_same_for_submit_and_train_and_its_run_is_found_by_a_beginning() throws Exception {
        Files.createDirectories(folder.resolve("here/specs"));
        Files.writeString(folder.resolve("here/specs/run.yaml"), """
                dataset: {id: folder, root: ./data}
                method: {kind: pgn, resolution: 32, prompts: 1, librarySize: 8}
                schedule: {epochs: 2, warmupEpochs: 0}
                batchSize: 4
                augment: flip-crop
                """);
        LabProcess.Result queued = typed("submit", "specs/run.yaml");
        assertThat(queued.exit()).as(queued.err()).isZero();
        String id = queued.out().strip();
        assertThat(client.get("/api/v1/runs/" + id).at("/spec/dataset/root").asText())
                .isEqualTo(folder.toRealPath().resolve("here/data").toString());

        LabProcess.Result watched = typed("watch", id.substring(0, 8));
        assertThat(watched.exit()).as(watched.out() + watched.err()).isZero();
        LabProcess.Result trained = typed("train", "specs/run.yaml", "--out", "out");
        assertThat(trained.exit()).as(trained.err()).isZero();
        double there =
                client.get("/api/v1/runs/" + id).at("/summary/train~1loss/last").asDouble();
        JsonNode here = new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(folder.resolve("here/out/report.json").toFile());
        assertThat(here.at("/last/train~1loss").asDouble()).isEqualTo(there);

        LabProcess.Result analysed =
                typed("analyse", "--run", id.substring(0, 8), "--out", "seen", "--only", "library", "--limit", "6");
        assertThat(analysed.exit()).as(analysed.err()).isZero();
        LabProcess.Result shown = typed("show", id.substring(0, 13));
        assertThat(shown.out()).contains(id);
    }

    /** The lab's worker has neither a data.yaml nor a copy of either when the run is queued. */
    @Test
    void a_host_without_a_place_for_a_name_fetches_what_was_pushed() throws Exception {
        Files.writeString(folder.resolve("here/named.yaml"), """
                dataset: {name: pets}
                backbone: {weights: lone-tower}
                method: {kind: pgn, resolution: 32, prompts: 1, librarySize: 8}
                schedule: {epochs: 1, warmupEpochs: 0}
                batchSize: 4
                """);
        String id = typed("submit", "named.yaml").out().strip();
        waits(id, "no host has data set \"pets\" (1 host, none offers it; push it or add it to data.yaml)");
        LabProcess.Result pushed = typed("data", "push", "data", "--name", "pets");
        assertThat(pushed.exit()).as(pushed.err()).isZero();
        waits(id, "no host has weights \"lone-tower\"");
        Files.copy(
                LabProcess.repositoryRoot()
                        .resolve(
                                "workers/vision/src/main/resources/dev/runyard/vision/backbone/small-vit/weights.safetensors"),
                folder.resolve("here/alone.safetensors"));
        pushed = typed("weights", "push", "alone.safetensors", "--name", "lone-tower");
        assertThat(pushed.exit()).as(pushed.err()).isZero();
        LabProcess.Result watched = typed("watch", id);
        assertThat(watched.exit()).as(watched.out() + watched.err()).isZero();
        assertThat(client.get("/api/v1/runs/" + id + "/logs").toString())
                .contains("data set pets from the lab")
                .contains("weights lone-tower from the lab");
        JsonNode asked = client.get("/api/v1/runs/" + id).at("/spec/dataset");
        assertThat(asked.path("name").asText()).isEqualTo("pets");
        assertThat(asked.has("root")).as("no place of the host that trained it").isFalse();
        assertThat(typed("data", "forget", "pets").exit()).isZero();
    }

    /** Lists end at different lengths; more pages than one are the command's business, not the person's. */
    @Test
    void every_list_is_shown_whatever_the_limit() throws Exception {
        for (String what : List.of("runs", "sweeps", "experiments", "devices")) {
            LabProcess.Result listed = typed("ls", what, "--limit", "100000");
            assertThat(listed.exit()).as(what + ": " + listed.err()).isZero();
        }
    }

    @Test
    void a_sweep_whose_runs_all_failed_says_why_and_is_no_success() throws Exception {
        Path spec = Files.writeString(folder.resolve("here/absent.yaml"), """
                base:
                  dataset: {id: folder, root: nowhere}
                  schedule: {epochs: 1, warmupEpochs: 0}
                seeds: [0, 1]
                """);
        assertThat(typed("submit", "--check", "absent.yaml").exit()).isEqualTo(1);
        String id = typed("submit", spec.toString()).out().strip();
        LabProcess.Result watched = typed("watch", id.substring(0, 8));
        assertThat(watched.exit()).as(watched.err()).isEqualTo(1);
        assertThat(watched.out()).contains("0 of 2 runs finished, 2 failed").contains("DATA");
        assertThat(typed("show", id).out())
                .contains("0 of 2 runs finished, 2 failed")
                .contains("nowhere");
    }

    /** A tree with specs of its own, whose data nobody has: said before anything is queued, and with an exit code that scripts see. */
    @Test
    void the_papers_script_queues_nothing_where_its_data_are_missing() throws Exception {
        Path root = LabProcess.repositoryRoot();
        Path tree = folder.resolve("tree");
        Files.createDirectories(tree.resolve("deploy"));
        Files.copy(root.resolve("deploy/paper"), tree.resolve("deploy/paper"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createSymbolicLink(tree.resolve("deploy/runyard"), root.resolve("deploy/runyard"));
        Path specs = Files.createDirectories(tree.resolve("workers/vision/paper/prompts"));
        Files.writeString(
                specs.resolve("small.yaml"),
                "experiment: paper-test\nbase:\n  dataset: {id: folder, root: target/nowhere}\nseeds: [0]\n");
        ProcessBuilder paper = lab.command();
        paper.command(List.of(tree.resolve("deploy/paper").toString(), "small", "prompts"));
        LabProcess.Result said = LabProcess.run(paper, Duration.ofMinutes(2));
        assertThat(said.exit()).as(said.out() + said.err()).isEqualTo(1);
        assertThat(said.err())
                .contains("nothing was queued")
                .contains("prompts")
                .contains("deploy/docs/paper.md");
        assertThat(client.get("/api/v1/experiments").toString()).doesNotContain("paper-test");
    }

    private void waits(String run, String why) throws Exception {
        String said = "";
        for (int i = 0; i < 200 && !said.contains(why); i++) {
            Thread.sleep(100);
            said = client.get("/api/v1/runs/" + run).path("waiting").asText();
        }
        assertThat(said).contains(why);
    }

    private LabProcess.Result typed(String... arguments) throws Exception {
        ProcessBuilder builder = lab.command(arguments);
        builder.directory(folder.resolve("here").toFile());
        builder.environment().put("RUNYARD_THREADS", "1");
        return LabProcess.run(builder, Duration.ofMinutes(5));
    }
}
