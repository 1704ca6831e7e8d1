package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Runs of every tracker that is known, written into a lab by the command line; the files are what those trackers wrote. */
final class TakenOver {
    private static final Path SAMPLES = LabProcess.repositoryRoot().resolve("deploy/cli/src/test/resources/importing");

    private final LabProcess lab;
    private final LabClient client;
    private final Path old;

    /** @param old an empty folder, where their files are laid out */
    TakenOver(LabProcess lab, Path old) {
        this.lab = lab;
        this.client = lab.client();
        this.old = old;
    }

    /** @param python with sqlite3 */
    void all(String python) throws Exception {
        mlflow(python);
        csv();
        tensorBoard();
        wandb();
        neptune();
    }

    private void tensorBoard() throws Exception {
        Path run = Files.createDirectories(old.resolve("board/run-1"));
        Files.copy(SAMPLES.resolve("events.out.tfevents.sample"), run.resolve("events.out.tfevents.1"));
        assertThat(once(1, "tensorboard", "board", "--experiment", "board")).contains("left: what is no scalar");
        JsonNode taken = runs("board").get(0);
        assertThat(taken.get("name").asText()).isEqualTo("run-1");
        assertThat(points(taken, "loss")).isEqualTo(Map.of(0L, 0.5, 1L, 0.25, 2L, 0.16666667));
        assertThat(points(taken, "acc")).isEqualTo(Map.of(7L, 0.25, 8L, 0.75));
    }

    private void wandb() throws Exception {
        once(2, "wandb", SAMPLES.resolve("wandb").toString(), "--experiment", "from-wandb");
        JsonNode runs = runs("from-wandb");
        assertThat(runs.findValuesAsText("name")).containsExactly("run 0", "run 1");
        assertThat(runs.findValuesAsText("state")).containsExactly("FINISHED", "FAILED");
        assertThat(points(runs.get(0), "train/loss")).containsEntry(0L, 1.0).containsEntry(2L, 0.5);
        assertThat(runs.at("/0/summary/odd/nonFinite").asInt()).isEqualTo(1);
        assertThat(runs.at("/0/tags").path("wandb.group").asText()).isEqualTo("g");
        assertThat(note(runs.get(0))).isEqualTo("größer");
        assertThat(found("from-wandb", "params.\"net.depth\" = 18")).hasSize(2);
    }

    private void neptune() throws Exception {
        String said = once(2, "neptune", SAMPLES.resolve("neptune/data").toString());
        assertThat(said).contains("left: ", "did not come to its end");
        JsonNode runs = runs("lab/vision");
        assertThat(runs.findValuesAsText("name")).containsExactly("my own name", "wide net");
        JsonNode wide = runs.get(1);
        assertThat(points(wide, "train/loss")).containsEntry(0L, 1.0).containsEntry(1L, 0.5);
        assertThat(wide.at("/summary").path("train/loss").path("nonFinite").asInt())
                .isEqualTo(2);
        assertThat(client.get("/api/v1/runs/" + wide.get("id").asText() + "/artifacts")
                        .findValuesAsText("name"))
                .contains("model/final/weights.bin", "images/step_3/step_3.png", "source/train.py");
        assertThat(note(wide)).isEqualTo("größer");
        assertThat(found("lab/vision", "tags.neptune.owner = 'ann' and params.\"params/lr\" < 0.2"))
                .hasSize(1);
    }

    private JsonNode runs(String experiment) {
        return client.get("/api/v1/runs?sort=name&experiment=" + LabClient.encode(experiment))
                .get("items");
    }

    private JsonNode found(String experiment, String filter) {
        return client.get("/api/v1/runs?experiment=" + LabClient.encode(experiment) + "&filter="
                        + LabClient.encode(filter))
                .get("items");
    }

    private Map<Long, Double> points(JsonNode run, String key) {
        Map<Long, Double> points = new TreeMap<>();
        for (JsonNode point : client.history(run.get("id").asText(), key)) {
            points.put(point.get("step").asLong(), point.get("value").asDouble());
        }
        return points;
    }

    private String note(JsonNode run) {
        return client.get("/api/v1/runs/" + run.get("id").asText() + "/note")
                .get("text")
                .asText();
    }

    private void mlflow(String python) throws Exception {
        Path database = old.resolve("mlflow.db");
        LabProcess.Result made = LabProcess.run(
                new ProcessBuilder(
                        python,
                        "-c",
                        "import sqlite3, sys; c = sqlite3.connect(sys.argv[2]); c.executescript(open(sys.argv[1]).read()); c.close()",
                        SAMPLES.resolve("mlflow-3.17.2.sql").toString(),
                        database.toString()),
                Duration.ofMinutes(1));
        assertThat(made.exit()).as(made.err()).isZero();
        Files.createDirectories(old.resolve("mlartifacts"));
        once(2, "mlflow", database.toString());
        JsonNode runs = client.get("/api/v1/runs?experiment=old-net&sort=name").get("items");
        assertThat(runs.findValuesAsText("name")).containsExactly("first", "second");
        String run = runs.at("/0/id").asText();
        assertThat(client.history(run, "loss"))
                .extracting(p -> p.get("step").asLong())
                .containsExactly(0L, 1L, 2L);
        assertThat(client.get("/api/v1/runs?experiment=old-net&filter=" + LabClient.encode("params.lr = 0.1"))
                        .get("items"))
                .hasSize(1);
        nested(runs);
        // The same from a server's REST, which this lab speaks, too; a description is a tag there.
        client.post(
                "/api/2.0/mlflow/runs/set-tag",
                "{\"run_id\": \"" + run + "\", \"key\": \"mlflow.note.content\", \"value\": \"**why** it was done\"}");
        ProcessBuilder rest = lab.command(
                "import", "mlflow", client.base().toString().replaceFirst("/$", ""), "--experiment", "old-net");
        rest.environment().put("MLFLOW_TRACKING_TOKEN", client.token());
        LabProcess.Result copied = LabProcess.run(rest, Duration.ofMinutes(3));
        assertThat(copied.out()).as(copied.err()).contains("Took over 2 new runs");
        JsonNode copies = client.get("/api/v1/runs?experiment=old-net&sort=name&filter="
                        + LabClient.encode("tags.runyard.importedFrom like 'mlflow:http%'"))
                .get("items");
        nested(copies);
        assertThat(copies.at("/0/id").asText()).isNotEqualTo(run);
        assertThat(client.history(copies.at("/0/id").asText(), "loss"))
                .extracting(p -> p.get("step").asLong())
                .containsExactly(0L, 1L, 2L);
    }

    private void csv() throws Exception {
        Files.writeString(old.resolve("points.csv"), """
                run,key,step,value,time
                one,loss,0,0.5,2026-01-01T00:00:00Z
                one,loss,1,NaN,2026-01-01T00:00:01Z
                "two, too",loss,0,0.25,2026-01-01T00:00:02Z
                """);
        once(2, "csv", "points.csv", "--experiment", "taken");
        JsonNode taken = client.get("/api/v1/runs?experiment=taken&sort=name&metric=loss")
                .get("items");
        assertThat(taken.findValuesAsText("name")).containsExactly("one", "two, too");
        assertThat(taken.at("/0/summary/loss/nonFinite").asInt()).isEqualTo(1);
        assertThat(taken.at("/0/endedAt").asText()).isEqualTo("2026-01-01T00:00:01Z");
    }

    /** The second of two is below the first as that one is here, has a data set, and the first a note. */
    private void nested(JsonNode runs) throws Exception {
        assertThat(runs.findValuesAsText("name")).containsExactly("first", "second");
        String first = runs.at("/0/id").asText();
        assertThat(runs.at("/1/tags").path("mlflow.parentRunId").asText()).isEqualTo(first);
        assertThat(client.get("/api/v1/runs/" + first + "/note").get("text").asText())
                .isEqualTo("**why** it was done");
        assertThat(client.get("/api/v1/runs?filter="
                                + LabClient.encode("dataset.name = birds and dataset.context = training"))
                        .get("items")
                        .findValuesAsText("id"))
                .contains(runs.at("/1/id").asText());
    }

    /** Said before anything is written, written, and not written again. */
    private String once(int runs, String... from) throws Exception {
        String[] command = new String[from.length + 1];
        command[0] = "import";
        System.arraycopy(from, 0, command, 1, from.length);
        String[] dry = java.util.Arrays.copyOf(command, command.length + 1);
        dry[command.length] = "--dry-run";
        long before = client.get("/api/v1/runs").get("total").asLong();
        assertThat(typed(dry)).contains("Would take over " + runs + " new runs");
        assertThat(client.get("/api/v1/runs").get("total").asLong()).isEqualTo(before);
        String said = typed(command);
        assertThat(said).contains("Took over " + runs + " new runs");
        assertThat(typed(command)).contains("Took over 0 new runs").contains(runs + " are there already");
        assertThat(client.get("/api/v1/runs").get("total").asLong()).isEqualTo(before + runs);
        return said;
    }

    private String typed(String... arguments) throws Exception {
        ProcessBuilder builder = lab.command(arguments);
        builder.directory(old.toFile());
        LabProcess.Result done = LabProcess.run(builder, Duration.ofMinutes(3));
        assertThat(done.exit()).as(done.out() + done.err()).isZero();
        return done.out();
    }
}
