package dev.runyard.cli.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from other trackers' files. */
final class TrackersTest {
    @TempDir
    Path folder;

    private final List<String> left = new ArrayList<>();

    private List<Tracker.Past> csv(String text) throws IOException {
        return new CsvTracker(Files.writeString(folder.resolve("t.csv"), text), "e").runs(left::add);
    }

    private static List<String> points(Tracker.Past run) throws IOException {
        List<String> points = new ArrayList<>();
        run.content().points((key, value, millis, step) -> points.add(key + "@" + step + "=" + value + " " + millis));
        return points;
    }

    @Test
    void aRowAPoint() throws IOException {
        List<Tracker.Past> runs = csv(
                "key,step,epoch,value,time,attempt\r\nloss,3,,0.5,2026-01-01T00:00:00Z,1\r\n\"a,\"\"b\"\"\",4,,-Infinity,1767225601,1\r\n");
        assertThat(runs).hasSize(1);
        assertThat(runs.get(0).name()).isEqualTo("t");
        assertThat(points(runs.get(0)))
                .containsExactly("loss@3=0.5 1767225600000", "a,\"b\"@4=-Infinity 1767225601000");
        assertThat(runs.get(0).endedAt()).isEqualTo(1_767_225_601_000L);
        assertThat(csv("key,step,epoch,value,time,attempt\nloss,3,,0.5,2026-01-01T00:00:00Z,1\n")
                        .get(0)
                        .origin())
                .isNotEqualTo(runs.get(0).origin());
    }

    @Test
    void aRowAStepWithAColumnAMetric() throws IOException {
        List<Tracker.Past> runs = csv("Step,run,loss,acc,note\n0,a,1.5,,first\n1,a,1.25,0.5,\n0,b,2,,\n");
        assertThat(runs).extracting(Tracker.Past::name).containsExactly("a", "b");
        assertThat(points(runs.get(0))).containsExactly("loss@0=1.5 0", "loss@1=1.25 0", "acc@1=0.5 0");
        assertThat(left).containsExactly("column note: cells that are no numbers");
    }

    @Test
    void aRowARun() throws IOException {
        List<Tracker.Past> runs = csv("name,params.lr,metrics.acc,tags.team,other\nx,0.10,0.5,vision,1\n");
        assertThat(runs.get(0).params()).containsEntry("lr", "0.10");
        assertThat(runs.get(0).tags()).containsEntry("team", "vision");
        assertThat(points(runs.get(0))).containsExactly("acc@0=0.5 0");
        assertThat(left).singleElement().asString().contains("other");
    }

    @Test
    void aCellThatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> csv("key,value\nloss,often\n"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("row 2, column value: \"often\" is no number");
        assertThatThrownBy(() -> csv("key,value\nloss\n")).hasMessageContaining("row 2 has 1 cells, the header 2");
        assertThatThrownBy(() -> csv("")).hasMessageContaining("is empty");
    }

    /** Written by MLflow 3.17.2. */
    @Test
    void aDatabaseOfMlflow() throws Exception {
        Path database = folder.resolve("mlflow.db");
        try (var script = TrackersTest.class.getResourceAsStream("/importing/mlflow-3.17.2.sql");
                var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + database);
                var statement = connection.createStatement()) {
            String sql = new String(java.util.Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
            for (String one : sql.replaceFirst("(?m)^--.*\n", "").split(";\n", -1)) {
                if (!one.isBlank() && !one.matches("BEGIN.*|COMMIT")) {
                    statement.execute(one);
                }
            }
        }
        List<Tracker.Past> runs = new MlflowFile(database, List.of(), folder.resolve("mlartifacts")).runs(left::add);
        assertThat(runs)
                .extracting(Tracker.Past::name)
                .as("without the deleted one")
                .containsExactly("first", "second");
        Tracker.Past first = runs.get(0);
        assertThat(first.experiment()).isEqualTo("old-net");
        assertThat(first.status()).isEqualTo("FINISHED");
        assertThat(runs.get(1).status()).isEqualTo("FAILED");
        assertThat(first.endedAt()).isEqualTo(1_764_190_004_000L);
        assertThat(first.params()).containsEntry("lr", "0.10").containsEntry("net", "resnet");
        assertThat(first.tags()).containsEntry("team", "vision").doesNotContainKey("mlflow.runName");
        assertThat(points(first))
                .containsExactly(
                        "loss@0=0.5 1764190000000",
                        "loss@1=NaN 1764190001000",
                        "loss@2=0.25 1764190002000",
                        "val/acc@2=0.75 1764190003000");
        List<JsonNode> datasets = new ArrayList<>();
        first.content().datasets(datasets::add);
        assertThat(datasets).isEmpty();
        runs.get(1).content().datasets(datasets::add);
        assertThat(datasets).singleElement().isEqualTo(new ObjectMapper().readTree("""
                {"tags": [{"key": "mlflow.data.context", "value": "training"}], "dataset": {"name": "birds", "digest": "fbc06655",
                 "source_type": "local", "source": "{\\"uri\\": \\"/data/birds.csv\\"}",
                 "schema": "{\\"mlflow_colspec\\": [{\\"type\\": \\"double\\", \\"name\\": \\"x\\", \\"required\\": true}]}"}}"""));
        assertThat(new MlflowFile(database, List.of("other"), null).runs(left::add))
                .isEmpty();
        // Files lie where the server was told to keep them.
        String id = first.origin().replaceFirst(".*/", "");
        Path file = folder.resolve("mlartifacts/1/" + id + "/artifacts/plots/a.png");
        List<String> files = new ArrayList<>();
        first.content().files((path, at) -> files.add(path), left::add);
        assertThat(left).singleElement().asString().contains("--artifacts");
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[] {1});
        first.content().files((path, at) -> files.add(path), left::add);
        assertThat(files).containsExactly("plots/a.png");
        assertThatThrownBy(() -> new MlflowFile(
                                Files.writeString(folder.resolve("x.db"), "no database, and long enough"),
                                List.of(),
                                null)
                        .runs(left::add))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("cannot be read as a database of MLflow");
    }

    /** As a server that lists the newest first hands them out: those below before those above. */
    @Test
    void runsAboveComeBeforeThoseBelow() {
        List<Tracker.Past> runs = List.of(
                run("leaf", "inner"),
                run("alone", null),
                run("inner", "outer"),
                run("lost", "nobody"),
                run("outer", null),
                run("one", "two"),
                run("two", "one"));
        assertThat(Takeover.parentsFirst(runs))
                .extracting(Tracker.Past::name)
                .containsExactly("outer", "inner", "leaf", "alone", "lost", "two", "one");
    }

    private static Tracker.Past run(String id, @Nullable String parent) {
        SortedMap<String, String> tags = new TreeMap<>();
        if (parent != null) {
            tags.put("mlflow.parentRunId", parent);
        }
        return new Tracker.Past(
                "mlflow:http://m/" + id, "e", id, "FINISHED", 0, 1L, new TreeMap<>(), tags, taker -> {});
    }

    /** Written by TensorBoard 2.21. */
    @Test
    void scalarsOfTensorBoardOldAndNewAndWhatACutFileStillHolds() throws IOException {
        byte[] file;
        try (var sample = TrackersTest.class.getResourceAsStream("/importing/events.out.tfevents.sample")) {
            file = java.util.Objects.requireNonNull(sample).readAllBytes();
        }
        Path logs = Files.createDirectories(folder.resolve("logs/run-1"));
        Files.write(logs.resolve("events.out.tfevents.1"), file);
        Tracker.Past run = new TensorBoardTracker(folder.resolve("logs"), "e")
                .runs(left::add)
                .get(0);
        assertThat(run.name()).isEqualTo("run-1");
        assertThat(run.startedAt()).isEqualTo(1_764_190_000_500L);
        List<String> whole = List.of(
                "loss@0=0.5 1764190000500",
                "loss@1=0.25 1764190001500",
                "loss@2=0.16666667 1764190002500",
                "acc@7=0.25 1764190004000",
                "acc@8=0.75 1764190005000");
        assertThat(points(run)).isEqualTo(whole);
        assertThat(left).containsExactly("what is no scalar: images, histograms, texts (words)");

        left.clear();
        Files.write(logs.resolve("events.out.tfevents.1"), java.util.Arrays.copyOf(file, file.length - 70));
        List<String> cut = points(new TensorBoardTracker(folder.resolve("logs"), "e")
                .runs(left::add)
                .get(0));
        assertThat(whole).startsWith(cut.toArray(String[]::new));
        assertThat(cut).isNotEmpty();
        assertThat(left).anySatisfy(line -> assertThat(line).contains("cut off"));

        left.clear();
        file[file.length / 2] ^= 1;
        Files.write(logs.resolve("events.out.tfevents.1"), file);
        assertThat(points(new TensorBoardTracker(folder.resolve("logs"), "e")
                                .runs(left::add)
                                .get(0))
                        .size())
                .isLessThan(5);
        assertThat(left).anySatisfy(line -> assertThat(line).contains("damaged"));
    }

    /** Two runs of W&B 0.31.0, offline, the second ended with an error; of the records those are kept that a run is read from. */
    @Test
    void whatWandbKeepsOnTheDisk() throws IOException {
        Path sample = Path.of("src/test/resources/importing/wandb");
        List<Tracker.Past> runs = new WandbTracker(sample, null).runs(left::add);
        assertThat(runs).extracting(Tracker.Past::name).containsExactly("run 0", "run 1");
        assertThat(runs).extracting(Tracker.Past::status).containsExactly("FINISHED", "FAILED");
        assertThat(runs).extracting(Tracker.Past::experiment).containsOnly("old-net");
        assertThat(runs.get(0).params())
                .containsEntry("lr", "0.1")
                .containsEntry("net.depth", "18")
                .containsEntry("net.kind", "resnet")
                .containsEntry("flags", "[1,2]")
                .hasSize(4);
        assertThat(runs.get(0).tags())
                .containsEntry("mlflow.note.content", "größer")
                .containsEntry("wandb.group", "g")
                .containsEntry("wandb.tag.a", "true");
        assertThat(runs.get(0).startedAt()).isBetween(1_795_774_000_000L, 1_795_775_000_000L);
        List<String> points = points(runs.get(0)).stream()
                .map(point -> point.replaceFirst(" .*", ""))
                .toList();
        assertThat(points)
                .contains("train/loss@0=1.0", "train/loss@2=0.5", "nested.acc@8=0.4", "odd@8=NaN", "huge@8=Infinity")
                .hasSize(12);
        assertThat(left).containsOnly("what is no number: images, tables, histograms, texts (text)");

        // A killed program leaves its log cut off, and no word of its end.
        Path cut = Files.createDirectories(folder.resolve("wandb/run-x"));
        byte[] log = Files.readAllBytes(sample.resolve("offline-run-1/run-dai4blfg.wandb"));
        Files.write(cut.resolve("run-dai4blfg.wandb"), java.util.Arrays.copyOf(log, log.length - 200));
        Files.createDirectories(cut.resolve("files/media"));
        Files.writeString(cut.resolve("files/media/a.txt"), "a");
        left.clear();
        Tracker.Past killed = new WandbTracker(folder.resolve("wandb"), "elsewhere")
                .runs(left::add)
                .get(0);
        assertThat(killed.status()).isEqualTo("KILLED");
        assertThat(killed.experiment()).isEqualTo("elsewhere");
        assertThat(left).anyMatch(line -> line.endsWith("its last record, which is cut off"));
        List<String> files = new ArrayList<>();
        killed.content().files((path, file) -> files.add(path), left::add);
        assertThat(files).containsExactly("media/a.txt");

        log[1_000] ^= 1;
        Files.write(cut.resolve("run-dai4blfg.wandb"), log);
        new WandbTracker(cut, null).runs(left::add);
        assertThat(left).anyMatch(line -> line.endsWith("the rest of it, which is damaged"));
        assertThatThrownBy(
                        () -> new WandbTracker(Files.createDirectories(folder.resolve("none")), null).runs(left::add))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("no run-ID.wandb");
    }

    /** Three runs that neptune-exporter's own writer wrote (2026-02), the last not to its end. */
    @Test
    void whatNeptunesExporterLeft() throws IOException {
        Path sample = Path.of("src/test/resources/importing/neptune");
        List<Tracker.Past> runs =
                new NeptuneTracker(sample.resolve("data"), sample.resolve("files"), null, 1).runs(left::add);
        assertThat(runs).extracting(Tracker.Past::name).containsExactly("wide net", "my own name");
        assertThat(runs)
                .extracting(Tracker.Past::origin)
                .containsExactly("neptune:lab/vision/VIS-1", "neptune:lab/vision/VIS-2");
        assertThat(runs).extracting(Tracker.Past::status).containsExactly("FINISHED", "FAILED");
        assertThat(runs).extracting(Tracker.Past::experiment).containsOnly("lab/vision");
        Tracker.Past first = runs.get(0);
        assertThat(first.startedAt()).isEqualTo(1_740_830_400_250L);
        assertThat(first.endedAt()).isEqualTo(1_740_830_490_250L);
        assertThat(first.params())
                .containsEntry("params/lr", "0.1")
                .containsEntry("params/depth", "18")
                .containsEntry("params/net", "resnet")
                .containsEntry("params/amp", "true")
                .containsEntry("params/when", "2025-03-01T12:00:00.250Z")
                .containsEntry("params/sets", "a,b")
                .containsEntry("params/odd__", "x")
                .hasSize(7);
        assertThat(first.tags())
                .containsEntry("neptune.tag.best", "true")
                .containsEntry("neptune.tag.old", "true")
                .containsEntry("neptune.owner", "ann")
                .containsEntry("neptune.id", "VIS-1")
                .containsEntry("mlflow.note.content", "größer");
        assertThat(points(first))
                .containsExactly(
                        "train/loss@0=1.0 1740830400250",
                        "train/loss@1=0.5 1740830401250",
                        "train/loss@2=NaN 1740830402250",
                        "train/loss@3=Infinity 1740830403250",
                        "monitoring/cpu@2=7.0 1740830400250");
        List<String> files = new ArrayList<>();
        first.content().files((path, file) -> files.add(path + " " + Files.size(file)), left::add);
        assertThat(files)
                .containsExactly(
                        "model/final/weights.bin 1",
                        "images/step_3/step_3.png 1",
                        "source/lib/net.py 1",
                        "source/train.py 7");
        assertThat(left.stream().distinct().map(line -> line.replaceAll("\\S*/importing/neptune/\\S*/", "")))
                .containsExactlyInAnyOrder(
                        "VIS-3-d310f2bf7b218c70_part_0.parquet.tmp: the export of this run did not come to its end",
                        "the name params/odd{}, which is params/odd__ here",
                        "what is no number, value or file: string_series (notes)",
                        "what is no number, value or file: histogram_series (weights)",
                        "points between steps (val/acc); --step-multiplier takes them along",
                        "lost.bin: a file that is not there (model/lost); --files says where they are",
                        "../../secret: a file outside of the export (model/out)");
        assertThat(points(new NeptuneTracker(sample.resolve("data"), sample.resolve("files"), "e", 10)
                        .runs(line -> {})
                        .get(0)))
                .contains("val/acc@15=0.75 1740830405250", "train/loss@10=0.5 1740830401250");
    }

    @Test
    void whatIsNoExportOfNeptunesIsSaid() throws IOException {
        Path sample = Path.of("src/test/resources/importing/neptune/data");
        Path project = Files.createDirectories(folder.resolve("data/project"));
        Files.createDirectories(folder.resolve("project")); // its files
        List<Path> parts;
        try (var all = Files.walk(sample)) {
            parts = all.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
        }
        for (Path part : parts) {
            Files.copy(part, project.resolve(String.valueOf(part.getFileName())));
        }
        Path cut = project.resolve(String.valueOf(parts.get(1).getFileName()));
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length - 20));
        NeptuneTracker tracker = new NeptuneTracker(folder.resolve("data"), folder, null, 1);
        assertThat(tracker.runs(left::add)).extracting(Tracker.Past::name).containsExactly("my own name");
        assertThat(left)
                .filteredOn(line -> !line.startsWith("the name "))
                .singleElement()
                .asString()
                .contains("part_1.parquet: cannot be read", "stays out");

        left.clear();
        Files.delete(project.resolve(String.valueOf(parts.get(0).getFileName())));
        tracker.runs(left::add);
        assertThat(left)
                .filteredOn(line -> !line.startsWith("the name "))
                .singleElement()
                .asString()
                .contains("part 0 is missing");

        Files.write(cut, new byte[] {'P', 'A', 'R', '1'});
        left.clear();
        Files.copy(cut, project.resolve("x_part_0.parquet"));
        tracker.runs(left::add);
        assertThat(left).anyMatch(line -> line.contains("x_part_0.parquet: cannot be read"));
        assertThatThrownBy(() -> new NeptuneTracker(Files.createDirectories(folder.resolve("none")), folder, null, 1)
                        .runs(left::add))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("no RUN_part_0.parquet");
    }
}
