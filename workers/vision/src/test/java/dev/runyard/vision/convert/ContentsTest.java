package dev.runyard.vision.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.model.ClassifierSpec.Template;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.backbone.StoredBackbone;
import dev.runyard.vision.convert.Contents.Held;
import dev.runyard.vision.tensor.DType;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.text.Sentences;
import dev.runyard.vision.text.TextFeatures;
import dev.runyard.vision.text.TinyClip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentsTest {
    @TempDir
    Path folder;

    @Test
    void aClipModelHasTwoTowers() throws IOException {
        TinyClip.write(folder);
        Contents contents = contents(folder.resolve("weights.safetensors"));
        assertThat(contents.models()).extracting(Held::kind).containsExactly("vision tower", "text tower");
        assertThat(contents.models()).extracting(Held::naming).containsOnly("OpenAI's CLIP");
        assertThat(contents.models().get(0).sizes()).containsEntry("image", 16).containsEntry("heads", 2);
        assertThat(contents.models().get(1).sizes())
                .containsEntry("context", 40)
                .containsEntry("heads", 4)
                .containsEntry("embedding", TinyClip.EMBEDDING);
        assertThat(contents.sha256()).hasSize(64);
        assertThat(contents.types()).containsOnlyKeys(DType.F32);
    }

    @ParameterizedTest
    @CsvSource({
        "hf-clip, vision tower;text tower, Hugging Face's CLIP",
        "timm-vit, vision tower, timm and DINO",
        "dino-vit, vision tower, timm and DINO",
        "torchvision-vit, vision tower, torchvision",
        "pgn-net, prompt generation network, the authors and Runyard"
    })
    void referenceModelsAreNamed(String name, String kinds, String naming) throws IOException {
        Contents contents = contents(SharedData.path("golden/" + name + "/weights.safetensors"));
        assertThat(contents.models()).extracting(Held::kind).containsExactly(kinds.split(";"));
        assertThat(contents.models()).extracting(Held::naming).containsOnly(naming);
        assertThat(contents.models()).extracting(Held::fault).containsOnly("");
    }

    @Test
    void publishedNetworksHaveTheirSizes() throws IOException {
        Contents contents = contents(SharedData.path("weights/pgn_clip_eurosat.safetensors"));
        assertThat(contents.models().get(0).sizes())
                .containsEntry("net", "resnet10")
                .containsEntry("K", 16L)
                .containsEntry("N", 256L)
                .containsEntry("D", 768L);
        assertThat(contents.parameters()).isEqualTo(1_033_296);
    }

    /** A network that makes prompts without a library says only in its note how many. */
    @Test
    void aDirectNetworkHasItsSizesFromTheNote() throws IOException {
        Path file = folder.resolve("w.safetensors");
        new SafetensorsWriter()
                .metadata("runyard.method", "{\"kind\":\"pgn\",\"prompts\":4,\"head\":\"direct\"}")
                .floats("model.fc.weight", new long[] {12, 2}, new float[24])
                .write(file);
        assertThat(contents(file).models().get(0).sizes())
                .containsEntry("net", "resnet18")
                .containsEntry("K", 4L)
                .containsEntry("D", 3L)
                .doesNotContainKey("N");
    }

    @Test
    void theShippedClipReadsTexts() throws IOException {
        try (StoredBackbone stored = StoredBackbone.open("small-clip")) {
            Contents contents = contents(stored.weights());
            assertThat(contents.models()).extracting(Held::kind).containsExactly("vision tower", "text tower");
            assertThat(contents.models()).extracting(Held::fault).containsOnly("");
        }
        Sentences sentences = Sentences.of(Template.PGN, null, "eurosat", List.of("Forest", "AnnualCrop"));
        assertThat(TextFeatures.of("small-clip", sentences).classes()).isEqualTo(2);
    }

    @Test
    void whatDoesNotFitIsSaid() throws IOException {
        Path file = folder.resolve("w.safetensors");
        new SafetensorsWriter()
                .floats("patch_embed.proj.weight", new long[] {64, 3, 1, 1}, new float[192])
                .floats("head.mlp.0.weight", new long[] {2, 3}, new float[6])
                .floats("head.last_layer.weight_v", new long[] {5, 2}, new float[10])
                .floats("tl_vectors", new long[] {2, 3}, new float[6])
                .write(file);
        List<Held> models = contents(file).models();
        assertThat(models)
                .extracting(Held::kind)
                .containsExactly("vision tower", "prompt generation network", "DINO head");
        assertThat(models.get(0).fault()).contains("pos_embed is missing");
        assertThat(models.get(1).fault()).contains("K rows of N coefficients");
        assertThat(models.get(2).sizes()).containsEntry("width", 3L).containsEntry("prototypes", 5L);
        Path other = folder.resolve("other.safetensors");
        new SafetensorsWriter()
                .floats("mlp.0.weight", new long[] {1}, new float[1])
                .floats("last_layer.weight", new long[] {1}, new float[1])
                .write(other);
        assertThat(contents(other).models()).isEmpty();
    }

    private static Contents contents(Path file) throws IOException {
        try (Safetensors in = Safetensors.open(file)) {
            return Contents.of(file, in);
        }
    }
}
