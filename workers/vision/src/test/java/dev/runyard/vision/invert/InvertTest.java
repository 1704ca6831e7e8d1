package dev.runyard.vision.invert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.client.BundleManifest;
import dev.runyard.vision.client.ClientBundle;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a finished run to a verified bundle, for every way of making prompts. */
class InvertTest {
    private static final String LINEAR = "{\"kind\":\"linear\"}";
    private static final String PGN = "{\"kind\":\"pgn\",\"resolution\":48,\"prompts\":8,\"librarySize\":6}";

    @TempDir
    static Path shared;

    private static Path backbone = Path.of("");
    private static Path pgn = Path.of("");

    @TempDir
    Path dir;

    @BeforeAll
    static void train() {
        backbone = TinyRuns.backbone(shared);
        pgn = TinyRuns.run(shared, backbone, PGN, LINEAR, shared.resolve("pgn"));
    }

    private InversionReport invert(Path run, PositionPolicy policy) throws IOException {
        return new Invert(
                        new InvertRequest(
                                run,
                                dir.resolve("bundle"),
                                policy,
                                1_000,
                                shared.resolve("inverses"),
                                TinyRuns.cache(shared)),
                        Places.none())
                .run(done -> assertThat(done).isBetween(0.0, 1.0));
    }

    @ParameterizedTest
    @CsvSource({"APPEND", "INTERPOLATE"})
    void pixelsAnswerAsLatentPrompts(PositionPolicy policy) throws IOException {
        InversionReport report = invert(pgn, policy);
        assertThat(report.images()).isEqualTo(20);
        assertThat(report.height()).isEqualTo(48);
        assertThat(report.pixelsAdded()).isEqualTo(2 * 8 * 32);
        assertThat(report.residual()).isLessThan(1e-10);
        assertThat(report.condition()).isGreaterThan(1);
        InversionReport.Agreement asFloat = Objects.requireNonNull(report.asFloat());
        InversionReport.Agreement asEightBit = Objects.requireNonNull(report.asEightBit());
        assertThat(asFloat.difference()).isLessThan(1e-4 * report.largestEmbedding());
        assertThat(asFloat.same()).isEqualTo(100.0);
        assertThat(asFloat.top1()).isEqualTo(report.latentTop1());
        assertThat(asEightBit.difference()).isGreaterThan(10 * asFloat.difference());
        InversionReport.PixelRange range = Objects.requireNonNull(report.range());
        assertThat(range.lowest()).isLessThan(range.highest());
        assertThat(String.join("\n", report.lines())).contains("8 prompts in 2 rows of 4", "48");
    }

    @Test
    void promptsThatAreTheSameForEveryImage() throws IOException {
        Path run = TinyRuns.run(shared, backbone, "{\"kind\":\"iip\",\"prompts\":4}", LINEAR, dir.resolve("run"));
        InversionReport report = invert(run, PositionPolicy.INTERPOLATE);
        assertThat(Objects.requireNonNull(report.asFloat()).same()).isEqualTo(100.0);
        assertThat(dir.resolve("bundle").resolve(ClientBundle.NETWORK)).doesNotExist();
    }

    @Test
    void promptsWithoutALibrary() throws IOException {
        String direct = "{\"kind\":\"pgn\",\"resolution\":48,\"prompts\":4,\"head\":\"direct\"}";
        Path run = TinyRuns.run(shared, backbone, direct, LINEAR, dir.resolve("run"));
        InversionReport report = invert(run, PositionPolicy.APPEND);
        assertThat(Objects.requireNonNull(report.asFloat()).difference()).isLessThan(1e-4 * report.largestEmbedding());
    }

    @Test
    void textFeaturesBecomeACosineClassifier() throws IOException {
        float[] features = new float[8 * 32];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) Math.sin(i * 1.3);
        }
        Path text = dir.resolve("text.safetensors");
        new SafetensorsWriter()
                .floats("text_features", new long[] {8, 32}, features)
                .floats("logit_scale", new long[] {1}, new float[] {2})
                .write(text);
        Path run = TinyRuns.run(
                shared, backbone, PGN, "{\"kind\":\"text\",\"features\":\"" + text + "\"}", dir.resolve("run"));
        InversionReport report = invert(run, PositionPolicy.APPEND);
        assertThat(Objects.requireNonNull(report.asFloat()).same()).isEqualTo(100.0);
        try (ClientBundle bundle = ClientBundle.open(dir.resolve("bundle"))) {
            assertThat(bundle.classifier().orElseThrow().cosine()).isTrue();
            assertThat(bundle.manifest().classNames()).hasSize(8);
        }
    }

    @Test
    void theBundleHoldsNoTensorOfTheBackbone() throws IOException {
        invert(pgn, PositionPolicy.APPEND);
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(dir.resolve("bundle"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
                try (Safetensors in = Safetensors.open(file)) {
                    names.addAll(in.tensors().keySet());
                }
            }
        }
        assertThat(names)
                .contains("tl_vectors", "offsets")
                .allMatch(n -> n.startsWith("model.")
                        || List.of("tl_vectors", "offsets", "weight", "bias").contains(n));
    }

    @Test
    void aChangedBundleIsRefused() throws IOException {
        invert(pgn, PositionPolicy.APPEND);
        Path patches = dir.resolve("bundle").resolve(ClientBundle.PATCHES);
        byte[] bytes = Files.readAllBytes(patches);
        bytes[bytes.length - 1] ^= 1;
        Files.write(patches, bytes);
        assertThatThrownBy(() -> ClientBundle.open(dir.resolve("bundle")))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining(ClientBundle.PATCHES);
        Path manifest = dir.resolve("bundle").resolve(BundleManifest.FILE);
        Files.writeString(manifest, Files.readString(manifest).replaceFirst("\"version\" : 1", "\"version\" : 2"));
        assertThatThrownBy(() -> ClientBundle.open(dir.resolve("bundle")))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("version");
    }

    @Test
    void rowsThatWouldNotBeFull() throws IOException {
        Path run = TinyRuns.run(shared, backbone, "{\"kind\":\"iip\",\"prompts\":6}", LINEAR, dir.resolve("run"));
        assertThatThrownBy(() -> invert(run, PositionPolicy.APPEND))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("method.prompts: 6 is not a multiple of G = 4")
                .hasMessageContaining("8 or 4");
        assertThat(dir.resolve("bundle")).doesNotExist();
    }

    @Test
    void aMethodWithoutPrompts() throws IOException {
        Path run = TinyRuns.run(shared, backbone, "{\"kind\":\"linear\"}", LINEAR, dir.resolve("run"));
        assertThatThrownBy(() -> invert(run, PositionPolicy.APPEND))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("pgn or iip");
    }

    @Test
    void aFolderOfSomethingElseStaysAsItIs() throws IOException {
        Files.createDirectories(dir.resolve("bundle"));
        Files.writeString(dir.resolve("bundle/thesis.txt"), "years of work");
        assertThatThrownBy(() -> invert(pgn, PositionPolicy.APPEND))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("no bundle");
        assertThat(dir.resolve("bundle")).isDirectoryContaining("glob:**/thesis.txt");
    }

    @Test
    void theInverseIsKeptAndADamagedOneMadeAgain() throws IOException {
        try (FrozenBackbone open = FrozenBackbone.open(backbone.toString())) {
            PatchInverse first = InverseCache.of(open, dir);
            Path file = dir.resolve(open.sha256() + ".safetensors");
            byte[] kept = Files.readAllBytes(file);
            assertThat(InverseCache.of(open, dir).transposed()).isDeepEqualTo(first.transposed());
            byte[] damaged = kept.clone();
            damaged[damaged.length - 1] ^= 0x40; // the sign or the exponent of the last number
            Files.write(file, damaged);
            assertThat(InverseCache.of(open, dir).transposed()).isDeepEqualTo(first.transposed());
            assertThat(Files.readAllBytes(file)).isEqualTo(kept);
        }
    }

    @Test
    void thePictureShowsImagesAndPatches() throws IOException {
        invert(pgn, PositionPolicy.APPEND);
        Path file = dir.resolve("preview.png");
        new Invert(
                        new InvertRequest(
                                pgn,
                                dir.resolve("bundle"),
                                PositionPolicy.APPEND,
                                0,
                                shared.resolve("inverses"),
                                TinyRuns.cache(shared)),
                        Places.none())
                .picture(file);
        java.awt.image.BufferedImage image = ImageIO.read(file.toFile());
        // Six images of 150 px at twice the size, with title, labels and scale around them.
        assertThat(image.getWidth()).isGreaterThan(6 * 2 * 150);
        assertThat(image.getHeight()).isGreaterThan(2 * (150 + 75));
        assertThat(dir.resolve("preview.svg")).content().contains("Inverted prompts", "normalised units");
    }
}
