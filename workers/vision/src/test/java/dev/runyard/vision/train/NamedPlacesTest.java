package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.look.Look;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.text.TinyClip;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two machines with the same data and the same weights in different folders. */
class NamedPlacesTest {
    private static final String SPEC = """
            dataset: {name: birds}
            backbone: {weights: tiny}
            classifier: {kind: linear}
            method: {kind: pgn, resolution: 48, prompts: 2, librarySize: 4}
            optimizer: {learningRate: 0.05}
            schedule: {epochs: 1, warmupEpochs: 0}
            batchSize: 4
            augment: flip-crop
            """;

    private static final String RUN = "0b6cbb2e-6d0c-4a0e-9c1c-2c9e6f3b8a01";

    @TempDir
    Path dir;

    private Places machine(String name, String birds) throws IOException {
        Path host = dir.resolve(name);
        TinyClip.write(Files.createDirectories(host.resolve("weights-of-" + name)), 16);
        for (int i = 0; i < 12; i++) {
            Path folder = Files.createDirectories(host.resolve(birds).resolve(i % 2 == 0 ? "jay" : "owl"));
            BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = image.createGraphics();
            g.setColor(i % 2 == 0 ? Color.BLUE : Color.ORANGE);
            g.fillRect(i, i, 20, 20);
            g.dispose();
            ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
        return Places.read(Files.writeString(
                host.resolve("data.yaml"),
                "datasets: {birds: {root: " + host.resolve(birds) + ", id: folder}}\nweights: {tiny: "
                        + host.resolve("weights-of-" + name) + "}\nroots: [" + host.resolve("free") + "]\n"));
    }

    private TrainingOptions at(Places places) {
        return TrainingOptions.cpu(dir.resolve("cache")).with(places);
    }

    private Path trained(Places places, String name) {
        Path out = dir.resolve(name);
        SpecDocument spec = SpecDocument.submitted(Json.yaml(SPEC));
        assertThat(new Training(spec, out, at(places)).run(new Recorder())).isInstanceOf(Outcome.Finished.class);
        return out;
    }

    @Test
    void weightsAreTheSameWhereverTheyWereTrainedAndOpenAnywhere() throws IOException {
        Places valley = machine("valley", "birds");
        Places hill = machine("hill", "data/v\u00f6gel");
        Path first = trained(valley, "first");
        assertThat(trained(hill, "second").resolve(TrainedRun.FILE))
                .hasSameBinaryContentAs(first.resolve(TrainedRun.FILE));
        assertThat(Files.readAllLines(first.resolve(TrainedRun.FILE), StandardCharsets.ISO_8859_1)
                        .toString())
                .doesNotContain(dir.toString());
        try (TrainedRun run = TrainedRun.open(first, hill);
                Dataset own = run.ownData(dir.resolve("cache"))) {
            assertThat(own.test().size()).isPositive();
        }
    }

    @Test
    void whoLacksTheDataOpensTheModelAndIsToldWhatIsMissing() throws IOException {
        Places valley = machine("valley", "birds");
        Path first = trained(valley, "first");
        Places without = Places.read(Files.writeString(
                dir.resolve("data.yaml"), "weights: {tiny: " + dir.resolve("valley/weights-of-valley") + "}\n"));
        try (TrainedRun run = TrainedRun.open(first, without)) {
            assertThat(run.classNames()).containsExactly("jay", "owl");
            assertThatThrownBy(() -> run.ownData(dir.resolve("cache")))
                    .isInstanceOf(Places.Absent.class)
                    .hasMessageContaining("\"birds\"");
        }
        assertThatThrownBy(() -> new Training(SpecDocument.submitted(Json.yaml(SPEC)), dir, at(without)))
                .isInstanceOf(Places.Absent.class)
                .hasMessageContaining("no data set \"birds\"");
    }

    /** Only whoever trains needs what it is judged on beside its own data. */
    @Test
    void furtherSetsOfATrainingNeedNotBeWhereItIsOpened() throws IOException {
        Places valley = machine("valley", "birds");
        Places both = Places.read(Files.writeString(
                dir.resolve("both.yaml"),
                Files.readString(dir.resolve("valley/data.yaml"))
                        .replace(
                                "datasets: {",
                                "datasets: {owls: {root: " + dir.resolve("valley/birds") + ", id: folder}, ")));
        ObjectNode spec = Json.yaml(SPEC);
        spec.putArray("evaluations").addObject().put("name", "owls");
        Path out = dir.resolve("judged");
        assertThat(new Training(SpecDocument.submitted(spec), out, at(both)).run(new Recorder()))
                .isInstanceOf(Outcome.Finished.class);
        try (TrainedRun run = TrainedRun.open(out, valley)) {
            assertThat(run.data().root()).isEqualTo(dir.resolve("valley/birds").toString());
        }
    }

    /** Version 0.2.0 wrote the place itself; what no name ever stood for stays closed. */
    @Test
    void placesInAFileOfWeightsAreThoseOfNamesOrBelowARoot() throws IOException {
        Places valley = machine("valley", "birds");
        ObjectNode old = valley.here(SpecDocument.submitted(Json.yaml(SPEC))).document();
        Path out = dir.resolve("old");
        assertThat(new Training(SpecDocument.written(old), out, at(Places.none())).run(new Recorder()))
                .isInstanceOf(Outcome.Finished.class);
        TrainedRun.open(out, valley).close();
        Places other = machine("hill", "birds");
        assertThatThrownBy(() -> TrainedRun.open(out, other)).hasMessageContaining("not below a root");
        // What the model needs is there; its data have a place that no name of this machine stands for.
        Places without = Places.read(Files.writeString(
                dir.resolve("weights.yaml"), "weights: {tiny: " + dir.resolve("valley/weights-of-valley") + "}\n"));
        try (TrainedRun run = TrainedRun.open(out, without)) {
            assertThatThrownBy(run::data).hasMessageContaining("dataset.root").hasMessageContaining("not below a root");
        }
        assertThatThrownBy(() -> new Training(SpecDocument.written(old), dir, at(valley)))
                .as("a spec names names alone, where there are no roots for paths")
                .hasMessageContaining("not below a root");
        Path input = Files.createDirectories(dir.resolve("look").resolve(Look.INPUT));
        Files.copy(out.resolve(TrainedRun.FILE), input.resolve(TrainedRun.FILE));
        SpecDocument look =
                SpecDocument.written(Json.yaml(SPEC).put("task", "evaluate").put("of", RUN));
        assertThatThrownBy(() -> new Look(look, dir.resolve("look"), at(other), new Recorder()).run())
                .isInstanceOfSatisfying(TrainingFailure.class, e -> assertThat(e.reason())
                        .isIn(List.of(FailureReason.DATA, FailureReason.WEIGHTS)))
                .hasMessageContaining("not below a root");
    }
}
