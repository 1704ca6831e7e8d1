package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.vision.Golden;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.embed.Embed;
import dev.runyard.vision.embed.EmbedRequest;
import dev.runyard.vision.evaluate.Evaluation;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.text.TinyClip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The authors' own networks as finished runs, on a made-up CLIP of their width: pretrained ones are not at hand. */
class ImportedRunTest {
    @TempDir
    Path dir;

    private Path clip(int width) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("clip-" + width));
        TinyClip.write(folder, width);
        return folder;
    }

    private static DatasetPart cifar() {
        return new DatasetPart(
                "cifar10",
                SharedData.path("foolbox-samples/cifar-10-batches-bin").toString(),
                null);
    }

    @Test
    void isJudgedLikeARunOfOurs() throws IOException {
        Path released = SharedData.path("weights/pgn_clip_cifar10.safetensors");
        Path out = dir.resolve("run");
        ImportedRun run = ImportedRun.write(released, cifar(), clip(768).toString(), out, dir.resolve("cache"));
        assertThat(run.step())
                .as("the safetensors at hand lost the counters of the .pt files")
                .isZero();
        assertThat(run.notes()).anyMatch(note -> note.contains("selects on test, as released"));
        assertThat(out.resolve("spec.json")).exists();
        assertThat(Files.readString(out.resolve("report.json"))).contains("pgn_clip_cifar10.safetensors");
        try (TrainedRun trained = TrainedRun.open(out);
                Safetensors theirs = Safetensors.open(released);
                Safetensors ours = Safetensors.open(out.resolve(TrainedRun.FILE))) {
            assertThat(trained.spec().method().toString()).contains("prompts=16", "librarySize=256");
            List<Evaluation> table = trained.evaluate(
                            trained.ownData(dir.resolve("cache")),
                            List.of(),
                            (done, of) -> true,
                            (set, from, scores, outputs) -> {})
                    .orElseThrow();
            assertThat(table.get(0).images()).isEqualTo(20);
            for (String name : List.of("tl_vectors", "model.output_net.2.weight", "model.blocks.3.downsample.bias")) {
                assertThat(ours.floats(name)).as(name).isEqualTo(theirs.floats(name));
            }
        }
    }

    @Test
    void anotherBackboneOrOneWithoutAClassifierIsRefused() throws IOException {
        String narrow = clip(16).toString();
        Path released = SharedData.path("weights/pgn_clip_cifar10.safetensors");
        assertThatThrownBy(() -> ImportedRun.write(released, cifar(), narrow, dir.resolve("no"), dir.resolve("cache")))
                .hasMessageContaining("backbone")
                .hasMessageContaining("tokens of width 16")
                .hasMessageContaining("prompts of width 768");
        assertThat(dir.resolve("no")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "pgn_clip_cifar10, 256, 768",
        "pgn_clip_eurosat, 256, 768",
        "pgn_vit_cifar100, 128, 768",
        "pgn_dino_cifar100, 128, 384"
    })
    void anyWidthGivesPromptsWithoutABackbone(String name, long library, long width) throws IOException {
        Path out = dir.resolve("out.safetensors");
        Path pixels = SharedData.path("golden/pgn-official/pixels.safetensors");
        Path network = SharedData.path("weights/" + name + ".safetensors");
        new Embed(new EmbedRequest(null, network, null, pixels, out)).run(done -> {});
        try (Safetensors in = Safetensors.open(out)) {
            long n = in.info("prompts").shape().get(0);
            assertThat(in.info("coefficients").shape()).containsExactly(n, 16L, library);
            assertThat(in.info("prompts").shape()).containsExactly(n, 16L, width);
            assertThat(in.has("embedding")).isFalse();
            if (name.equals("pgn_clip_cifar10")) {
                float[] golden = new Golden("pgn-official/clip-cifar10").floats("io.safetensors", "prompts");
                Golden.assertRelativeToMax("prompts", golden, in.floats("prompts"), 1e-4);
            }
        }
    }
}
