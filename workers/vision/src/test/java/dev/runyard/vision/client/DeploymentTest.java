package dev.runyard.vision.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.encoder.LocalEncoder;
import dev.runyard.vision.encoder.RemoteEncoder;
import dev.runyard.vision.image.Raster;
import dev.runyard.vision.invert.Invert;
import dev.runyard.vision.invert.InvertRequest;
import dev.runyard.vision.invert.TinyRuns;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.serve.ModelServer;
import dev.runyard.vision.serve.ServerOptions;
import dev.runyard.vision.train.TrainedRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole deployment: one side holds the frozen model, the other a bundle and images; what passes between is HTTP. */
class DeploymentTest {
    @TempDir
    static Path shared;

    private static Path backbone = Path.of("");
    private static Path run = Path.of("");

    @TempDir
    Path dir;

    @BeforeAll
    static void train() {
        backbone = TinyRuns.backbone(shared);
        run = TinyRuns.run(
                shared,
                backbone,
                "{\"kind\":\"pgn\",\"resolution\":48,\"prompts\":8,\"librarySize\":6}",
                "{\"kind\":\"linear\"}",
                shared.resolve("pgn"));
    }

    private Path bundle(PositionPolicy policy) throws IOException {
        Path out = dir.resolve("bundle");
        new Invert(
                        new InvertRequest(run, out, policy, 0, shared.resolve("inverses"), TinyRuns.cache(shared)),
                        Places.none())
                .run(done -> {});
        return out;
    }

    private static Raster picture(int seed) {
        byte[] rgb = new byte[40 * 30 * 3];
        new java.util.Random(seed).nextBytes(rgb);
        return Raster.rgb(40, 30, rgb);
    }

    @ParameterizedTest
    @EnumSource(PositionPolicy.class)
    void clientAndServerAnswerAsTheLatentPath(PositionPolicy policy) throws IOException {
        Path folder = bundle(policy);
        List<String> said = new ArrayList<>();
        try (FrozenBackbone model = FrozenBackbone.open(backbone.toString());
                ModelServer server =
                        ModelServer.start(new LocalEncoder(model, policy), ServerOptions.embeddings(), said::add);
                RemoteEncoder remote = new RemoteEncoder(server.address().toString());
                ClientBundle bundle = ClientBundle.open(folder);
                TrainedRun trained = TrainedRun.open(run);
                NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            float[] images = new float[2 * 3 * 32 * 32];
            for (int i = 0; i < 2; i++) {
                System.arraycopy(bundle.pixels(picture(i)), 0, images, i * 3 * 32 * 32, 3 * 32 * 32);
            }
            float[] got = new PromptClient(bundle, remote).embed(images, 2);

            NDArray pixels = Torch.floats(manager, images, 2, 3, 32, 32);
            NDArray prompts = Objects.requireNonNull(
                            trained.model().prompts(trained.model().parameters(), pixels))
                    .prompts();
            float[] latent = trained.backbone()
                    .encode(pixels, prompts, false)
                    .embedding()
                    .toFloatArray();
            assertThat(got).hasSameSizeAs(latent);
            for (int i = 0; i < got.length; i++) {
                assertThat(got[i]).isCloseTo(latent[i], org.assertj.core.data.Offset.offset(1e-4f));
            }
            float[] scores = bundle.classifier().orElseThrow().scores(got);
            float[] wanted = trained.model()
                    .scores(trained.model().parameters(), pixels, false)
                    .toFloatArray();
            for (int i = 0; i < wanted.length; i++) {
                assertThat(scores[i]).isCloseTo(wanted[i], org.assertj.core.data.Offset.offset(1e-3f));
            }
            assertThat(said).anyMatch(line -> line.startsWith("POST /v1/embeddings 200"));
        }
    }

    @Test
    void anotherPolicyOrModelIsRefusedBeforeAnImageLeaves() throws IOException {
        Path folder = bundle(PositionPolicy.INTERPOLATE);
        try (FrozenBackbone model = FrozenBackbone.open(backbone.toString());
                FrozenBackbone other = FrozenBackbone.open("small-vit");
                ClientBundle bundle = ClientBundle.open(folder)) {
            assertThatThrownBy(() -> new PromptClient(bundle, new LocalEncoder(model, PositionPolicy.APPEND)))
                    .isInstanceOf(InvalidSpec.class)
                    .hasMessageContaining("positions")
                    .hasMessageContaining("INTERPOLATE");
            assertThatThrownBy(() -> new PromptClient(bundle, new LocalEncoder(other, PositionPolicy.INTERPOLATE)))
                    .isInstanceOf(InvalidSpec.class)
                    .hasMessageContaining("backbone");
        }
    }
}
