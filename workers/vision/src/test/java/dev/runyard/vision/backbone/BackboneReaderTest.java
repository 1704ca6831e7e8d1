package dev.runyard.vision.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.vision.Golden;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What is refused, and by which words (trust reference B-21, B-22). */
class BackboneReaderTest {
    @TempDir
    Path dir;

    /** The torchvision reference without some tensors, and with {@code extra} more. */
    private Path changed(Predicate<String> keep, int extra, String... renamed) throws IOException {
        Golden golden = new Golden("torchvision-vit");
        SafetensorsWriter out = new SafetensorsWriter();
        try (Safetensors in = Safetensors.open(golden.file("weights.safetensors"))) {
            for (String name : in.tensors().keySet()) {
                String to = name;
                for (int i = 0; i < renamed.length; i += 2) {
                    to = to.replace(renamed[i], renamed[i + 1]);
                }
                if (keep.test(name)) {
                    out.halves(to, in.info(name).shapeArray(), in.floats(name));
                }
            }
        }
        for (int i = 0; i < extra; i++) {
            out.floats("unheard.of." + i, new long[] {1}, new float[] {1});
        }
        out.write(dir.resolve("weights.safetensors"));
        Files.copy(golden.file("config.json"), dir.resolve("config.json"));
        return dir;
    }

    @Test
    void namesWhatIsMissingAndCountsWhatIsTooMuch() throws IOException {
        Path folder = changed(n -> !n.equals("encoder.ln.bias"), 12);
        assertThatThrownBy(() -> FrozenBackbone.open(folder.toString()))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("encoder.ln.bias is missing")
                .hasMessageContaining("12 of its tensors are not part of it")
                .hasMessageNotContaining("unheard");
    }

    @Test
    void readsHalfPrecisionAndOldNames() throws IOException {
        Path folder = changed(n -> true, 0, "mlp.0.", "mlp.linear_1.", "mlp.3.", "mlp.linear_2.");
        try (FrozenBackbone backbone = FrozenBackbone.open(folder.toString())) {
            assertThat(backbone.shape().heads()).isEqualTo(4);
            assertThat(backbone.shape().classes()).isEqualTo(6);
        }
    }

    @Test
    void somethingElse() throws IOException {
        Golden golden = new Golden("pgn-net");
        assertThatThrownBy(() ->
                        FrozenBackbone.open(golden.file("weights.safetensors").toString()))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("patch_embed.proj.weight");
    }

    @Test
    void pickle() throws IOException {
        Path file = Files.write(dir.resolve("weights.pt"), new byte[] {'P', 'K', 3, 4});
        assertThatThrownBy(() -> FrozenBackbone.open(file.toString()))
                .isInstanceOfSatisfying(
                        SafetensorsException.class, e -> assertThat(e.code()).isEqualTo("UNSAFE_FORMAT"));
    }

    @Test
    void headsThatCannotBeTold() throws IOException {
        Path folder = changed(n -> true, 0);
        Files.delete(folder.resolve("config.json"));
        assertThatThrownBy(() -> FrozenBackbone.open(folder.toString()))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("config.json");
    }

    @ParameterizedTest
    @FieldSource("dev.runyard.spec.model.BackboneSpec#SHIPPED")
    void shippedOnesAreSmallAndWhole(String name) throws IOException {
        FrozenBackbone shipped = FrozenBackbone.shared(name);
        assertThat(shipped).isSameAs(FrozenBackbone.shared(name));
        assertThat(shipped.shape().imageSize()).isEqualTo(64);
        byte[] file = BackboneReaderTest.class
                .getResourceAsStream(name + "/weights.safetensors")
                .readAllBytes();
        assertThat(file.length).isLessThanOrEqualTo(3 << 20);
    }

    @Test
    void aTypoNamesTheNearestShippedOne() {
        assertThatThrownBy(() -> FrozenBackbone.open("small-vti"))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("did you mean \"small-vit\"?");
    }

    /** Tests run in the module's folder, where {@code src} is one: a word in a spec is a name and never a folder of whoever reads it. */
    @Test
    void aWordIsNoFolderOfThisProcess() {
        assertThat(Files.isDirectory(Path.of("src"))).isTrue();
        assertThatThrownBy(() -> FrozenBackbone.open("src"))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("there is no such file or folder");
    }
}
