package dev.runyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.vision.backbone.StoredBackbone;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was typed wrong is one line on stderr and exit code 2. */
final class RunyardTest {
    @TempDir
    Path folder;

    /** As the launcher does: the logger's notice that it has nowhere to write is not for who typed a command. */
    @BeforeAll
    static void quietLogger() {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
    }

    @Test
    void anUnknownCommandNamesTheNearest() {
        assertThat(Typed.here("sumbit", "x.yaml").err()).contains("did you mean \"submit\"?");
    }

    @Test
    void badInputIsOneLineAndExitCode2() throws IOException {
        Path pickle = Files.createFile(folder.resolve("w.pt"));
        Path cut = Files.write(folder.resolve("w.safetensors"), new byte[] {1, 2, 3});
        Path yaml = Files.writeString(folder.resolve("bad.yaml"), "base: [unclosed");
        Path typo = Files.writeString(folder.resolve("typo.yaml"), "dataset: {id: shaeps}\n");
        Path sweep = Files.writeString(folder.resolve("sweep.yaml"), "base: {}\n");
        Path adapt = Files.writeString(folder.resolve("adapt.yaml"), "task: train\ndataset: {id: shapes}\n");
        String out = folder.resolve("out").toString();
        for (List<String> command : List.of(
                List.of("submit"),
                List.of("submit", folder.resolve("absent.yaml").toString()),
                List.of("submit", folder.toString()),
                List.of("submit", yaml.toString()),
                List.of("submit", typo.toString()),
                List.of("ls", "trials"),
                List.of("ls", "--limit", "0"),
                List.of("up", "--workers", "-1"),
                List.of("worker", "--server", "lab"),
                List.of("train", sweep.toString(), "--out", out),
                List.of("pretrain", sweep.toString(), "--out", out),
                List.of("pretrain", adapt.toString(), "--out", out),
                List.of("weights", "inspect", pickle.toString()),
                List.of("weights", "inspect", cut.toString()),
                List.of("weights", "convert", cut.toString()),
                List.of("weights", "convert", folder.resolve("absent.pt").toString()),
                List.of("data", "check", folder.resolve("absent").toString()),
                List.of("data", "fetch"),
                List.of("data", "fetch", "cifar1o"),
                List.of("weights", "fetch", "clip"),
                List.of("embed", "--out", out),
                List.of("invert", "--run", folder.resolve("absent").toString(), "--out", out),
                List.of("invert", "--run", folder.toString(), "--out", out, "--policy", "stretch"),
                List.of("serve-model", "--port", "70000"),
                List.of("client", "--bundle", folder.toString(), "--server", "http://127.0.0.1:1", "--images", out))) {
            Typed said = Typed.here(command.toArray(new String[0]));
            assertThat(said.exit()).as(command + ": " + said.err()).isEqualTo(2);
            assertThat(said.err().lines()).as(command.toString()).hasSize(1);
            assertThat(said.err()).startsWith("runyard: ").doesNotContain("Exception");
        }
    }

    @Test
    void aTypoInASpecNamesFieldAndNearestValue() throws IOException {
        Path typo = Files.writeString(folder.resolve("typo.yaml"), "dataset: {id: shaeps}\n");
        assertThat(Typed.here("submit", typo.toString()).err())
                .contains("dataset.id")
                .contains("\"shapes\"");
    }

    @Test
    void aLookAtADataSetFailsWhereSomethingIsMissing() throws IOException {
        for (int i = 0; i < 8; i++) {
            Path file = folder.resolve("d/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            BufferedImage image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i, 2, 0x00ff00);
            ImageIO.write(image, "png", file.toFile());
        }
        assertThat(Typed.here("data", "check", folder.resolve("d").toString()).exit())
                .isZero();
        Path purged = Path.of("/scratch/purged/9.png");
        Files.createSymbolicLink(folder.resolve("d/cat/9.png"), purged);
        Typed said = Typed.here("data", "check", folder.resolve("d").toString());
        assertThat(said.exit()).isEqualTo(1);
        Files.delete(folder.resolve("d/cat/9.png"));
        Files.createSymbolicLink(folder.resolve("d/owl"), Files.createDirectory(folder.resolve("elsewhere")));
        said = Typed.here("data", "check", folder.resolve("d").toString());
        assertThat(said.exit()).isNotZero();
        assertThat(said.err()).contains("owl -> ").contains("RUNYARD_ROOTS");
    }

    @Test
    void imagesArePreparedAheadOfATraining() throws IOException {
        for (int i = 0; i < 24; i++) {
            Path file = folder.resolve("d/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            BufferedImage image = new BufferedImage(90, 70, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i, i, 0x00ff00);
            ImageIO.write(image, "png", file.toFile());
        }
        Path spec = Files.writeString(
                folder.resolve("run.yaml"), "dataset: {id: folder, root: " + folder.resolve("d") + "}\n");
        for (String time : List.of("first", "again")) {
            Typed said = Typed.here("data", "prepare", spec.toString());
            assertThat(said.exit()).as(time + ": " + said.err()).isZero();
            assertThat(said.out()).as(time).matches("24 of 24 images are kept at \\d+ px\n");
        }
        Files.writeString(folder.resolve("d/cat/0.png"), "no image");
        Typed broken = Typed.here("data", "prepare", spec.toString());
        assertThat(broken.exit()).isEqualTo(2);
        assertThat(broken.err()).contains("0.png").doesNotContain("Exception");
        Path sweep = Files.writeString(folder.resolve("sweep.yaml"), "base: {dataset: {id: shapes}}\n");
        assertThat(Typed.here("data", "prepare", sweep.toString()).exit()).isEqualTo(2);
    }

    @Test
    void aRunThatFailedBeforeItsFirstCheckpointLeavesItsFolder() throws IOException {
        for (int i = 0; i < 24; i++) {
            Path file = folder.resolve("d/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            if (i == 4) {
                Files.writeString(file, "no image");
                continue;
            }
            BufferedImage image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i % 9, i / 9, 0x00ff00);
            ImageIO.write(image, "png", file.toFile());
        }
        String spec = "task: pretrain\ndataset: {id: folder, root: " + folder.resolve("d") + "%s}\n"
                + "pretrain: {imageSize: 32, patch: 8, width: 32, depth: 1, heads: 2}\nbatchSize: 4\naugment: flip-crop\n"
                + "schedule: {epochs: 1, warmupEpochs: 0}\n";
        Path file = folder.resolve("run.yaml");
        Path out = folder.resolve("out");
        Files.writeString(file, spec.formatted(""));
        Typed failed = Typed.here("train", file.toString(), "--out", out.toString());
        assertThat(failed.exit()).isNotZero();
        assertThat(failed.err()).contains("4.png");
        Files.writeString(file, spec.formatted(", onBadImage: skip"));
        Typed said = Typed.here("train", file.toString(), "--out", out.toString());
        assertThat(said.exit()).as(said.err()).isZero();
        Files.writeString(file, spec.formatted(", onBadImage: skip") + "seed: 3\n");
        assertThat(Typed.here("train", file.toString(), "--out", out.toString()).err())
                .contains("SPEC_MISMATCH");
    }

    @Test
    void aLookAtADataSetCanDrawIt() throws IOException {
        for (int i = 0; i < 8; i++) {
            Path file = folder.resolve("d/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            BufferedImage image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i, 1, 0xff0000);
            ImageIO.write(image, "png", file.toFile());
        }
        Path sheet = folder.resolve("sheet.png");
        Typed said =
                Typed.here("data", "check", folder.resolve("d").toString(), "--sample", sheet.toString(), "--json");
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(said.err()).contains("8 of 8 images").contains("sheet.png, 8 images");
        assertThat(ImageIO.read(sheet.toFile()).getWidth()).isGreaterThan(700);
    }

    @Test
    void whatNeedsAPersonSaysWhere() {
        Typed said = Typed.here(
                "data", "fetch", "imagenet", "--to", folder.resolve("i").toString());
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err().lines()).singleElement().asString().contains("image-net.org");
        assertThat(folder.resolve("i")).doesNotExist();
        assertThat(Typed.here("weights", "fetch", "--list").exit()).isZero();
    }

    @Test
    void aPickleNamesTheCommandThatConvertsIt() throws IOException {
        Path pickle = Files.createFile(folder.resolve("w.pt"));
        assertThat(Typed.here("weights", "inspect", pickle.toString()).err()).contains("runyard weights convert w.pt");
        assertThat(Typed.here("embed", "--backbone", pickle.toString(), "--images", ".", "--out", "x")
                        .err())
                .contains("runyard weights convert");
    }

    @Test
    void whatIsThereIsNotWrittenOver() throws IOException {
        Path pickle = Files.createFile(folder.resolve("w.pth"));
        Path there = Files.writeString(folder.resolve("w.safetensors"), "mine");
        for (List<String> more : List.of(List.<String>of(), List.of("--out", there.toString()))) {
            List<String> command = new ArrayList<>(List.of("weights", "convert", pickle.toString()));
            command.addAll(more);
            Typed said = Typed.here(command.toArray(String[]::new));
            assertThat(said.exit()).isEqualTo(2);
            assertThat(said.err()).contains("exists").contains("--force");
            assertThat(there).hasContent("mine");
        }
    }

    /** As a spec's {@code backbone.weights} takes it. */
    @Test
    void aFolderStandsForTheWeightsInIt() throws IOException {
        try (StoredBackbone stored = StoredBackbone.open("small-vit")) {
            Path model = Files.createDirectories(folder.resolve("model"));
            Files.copy(stored.weights(), model.resolve("model.safetensors"));
            Files.copy(stored.config(), model.resolve("config.json"));
            assertThat(Typed.here("weights", "inspect", model.toString()).exit())
                    .isZero();
        }
        assertThat(Typed.here("weights", "inspect", folder.toString()).err()).contains("safetensors");
    }
}
