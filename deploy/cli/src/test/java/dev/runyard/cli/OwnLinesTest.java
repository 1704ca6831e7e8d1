package dev.runyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What computes writes its own lines and nobody else's: libtorch and DJL write past the JVM, so each is a process here. */
class OwnLinesTest {
    @TempDir
    Path folder;

    @Test
    void trainingEvaluatingAndEmbeddingSayNothingOfTheirEngine() throws Exception {
        images();
        String linear = "dataset: {id: folder, root: d}\nmethod: {kind: linear}\nbatchSize: 4\naugment: none\n";
        String pgn = "dataset: {id: folder, root: d}\nmethod: {kind: pgn, prompts: 2, librarySize: 4, resolution: 32}\n"
                + "batchSize: 4\noptimizer: {kind: %s, learningRate: 0.01}\nschedule: {epochs: 1, warmupEpochs: 0}\n";
        Files.writeString(folder.resolve("linear.yaml"), linear);
        Files.writeString(folder.resolve("sgd.yaml"), pgn.formatted("sgd"));
        Files.writeString(folder.resolve("adamw.yaml"), pgn.formatted("adamw"));
        own("train", "linear.yaml", "--out", "linear");
        own("train", "sgd.yaml", "--out", "sgd");
        own("train", "adamw.yaml", "--out", "adamw");
        own("evaluate", "--run", "sgd", "--dataset", "folder=d");
        own("embed", "--backbone", "small-vit", "--images", "d", "--out", "e.safetensors");
    }

    private void own(String... arguments) throws IOException, InterruptedException {
        Typed typed = Typed.run(folder, Map.of(), arguments);
        assertThat(typed.exit()).as(typed.err()).isZero();
        assertThat((typed.out() + typed.err()).lines())
                .as(String.join(" ", arguments))
                .isNotEmpty()
                .noneMatch(line -> line.matches("\\[[WEIF]\\d{4} .*|SLF4J.*|(INFO|WARNING|WARN|DEBUG)\\b.*")
                        || line.contains("ai.djl")
                        || line.contains("Warning:"));
    }

    private void images() throws IOException {
        for (int i = 0; i < 48; i++) {
            Path file = folder.resolve("d/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i % 32, i / 2, i % 2 == 0 ? 0x00ff00 : 0xff0000);
            ImageIO.write(image, "png", file.toFile());
        }
    }
}
