package dev.runyard.vision.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.BlockMethod;
import dev.runyard.spec.model.BlockMethod.Insertion;
import dev.runyard.spec.model.BlockMethod.Target;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.MethodSpec.Blocks;
import dev.runyard.spec.model.MethodSpec.Head;
import dev.runyard.spec.model.MethodSpec.Net;
import dev.runyard.spec.model.MethodSpec.Place;
import dev.runyard.spec.model.TextMethod;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.backbone.weights.Layout;
import dev.runyard.vision.method.Method.Sizes;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The numbers of science reference §7: ViT-B/32 with width 768, and DINO's S/16 with 384. */
class ParameterCountTest {
    private static final int B32 = 768;

    @ParameterizedTest
    @CsvSource({
        "RESNET10, LIBRARY, 16, 256, 768, 1032304",
        "RESNET10, LIBRARY, 16, 128, 768, 669808",
        "RESNET10, LIBRARY, 16, 128, 384, 620656",
        "RESNET10, LIBRARY, 14, 256, 768, 966256",
        "RESNET18, LIBRARY, 16, 256, 768, 13474368",
        "RESNET10, DIRECT, 16, 256, 768, 1892464"
    })
    void promptGeneration(Net net, Head head, int prompts, int library, int width, long count) throws IOException {
        MethodSpec.Pgn spec =
                new MethodSpec.Pgn(net, null, prompts, library, null, null, head, null, null, null, null, null);
        try (NDManager manager = Torch.manager()) {
            assertThat(size(PromptNetwork.init(spec, manager, 0, width))).isEqualTo(count);
        }
    }

    @Test
    void centrePixels() throws IOException {
        MethodSpec.Pgn spec =
                new MethodSpec.Pgn(Net.MLP, null, 16, 256, null, null, null, null, null, null, null, null);
        try (NDManager manager = Torch.manager()) {
            long mlp = 300 * 64 + 64 + 64 * 4_096 + 4_096;
            assertThat(size(PromptNetwork.init(spec, manager, 0, B32))).isEqualTo(mlp + 256 * B32);
        }
    }

    @Test
    void combinationHead() throws IOException {
        MethodSpec.Pgn spec = new MethodSpec.Pgn(
                null, null, 16, 256, null, null, null, MethodSpec.Combination.MLP, 200, null, null, null);
        try (NDManager manager = Torch.manager()) {
            long ends = 128 * 200 + 200 + 200 * 4_096 + 4_096;
            assertThat(size(PromptNetwork.init(spec, manager, 0, B32))).isEqualTo(307_312 + ends + 256 * B32);
        }
    }

    @Test
    void networkAlone() throws IOException {
        try (Model alone = NetAlone.of(new MethodSpec.BackboneAlone(null, null), Torch.manager(), 0, 100)) {
            assertThat(alone.parameters().count()).isEqualTo(320_212);
        }
    }

    @ParameterizedTest
    @CsvSource({"PADDING, 69840", "FIXED_PATCH, 2700", "RANDOM_PATCH, 2700"})
    void visualPrompts(Place place, long count) {
        MethodSpec.VisualPrompt spec = new MethodSpec.VisualPrompt(place, null);
        try (NDManager manager = Torch.manager()) {
            assertThat(size(VisualPrompts.init(spec, manager, 0, 224))).isEqualTo(count);
        }
    }

    @ParameterizedTest
    @CsvSource({"SHALLOW, 12288", "DEEP, 147456"})
    void promptTuning(Blocks blocks, long count) {
        try (NDManager manager = Torch.manager()) {
            State state = VisualPromptTuning.init(new MethodSpec.Vpt(blocks, 16), manager, 0, clip());
            assertThat(size(state)).isEqualTo(count);
            double bound = Math.sqrt(6.0 / (3 * 32 * 32 + 768));
            for (float value : state.parameters().get("prompts").toFloatArray()) {
                assertThat((double) value).isBetween(-bound, bound);
            }
        }
    }

    static Stream<Arguments> further() {
        List<Target> all = List.of(Target.values());
        return Stream.of(
                arguments(new BlockMethod.Lora(4, null, null), 147_456),
                arguments(new BlockMethod.Lora(8, null, all), 12 * 8 * (4 * (768 + 768) + 2 * (768 + 3_072))),
                arguments(new BlockMethod.Adapter(null, null, null, null), 2_416_128),
                arguments(new BlockMethod.Adapter(null, null, null, false), 2_379_264),
                arguments(new BlockMethod.Adapter(Insertion.PARALLEL, 64, null, null), 1_189_632),
                arguments(new EmbeddingMethod.Prototypes(), 0),
                arguments(new EmbeddingMethod.TipAdapter(null, null, null), 0),
                arguments(new EmbeddingMethod.TipAdapterF(null, null, null), 1_600 * 512),
                arguments(new EmbeddingMethod.ClipAdapter(null, null), 131_072),
                arguments(new TextMethod.CoOp(null, null), 8_192),
                arguments(new TextMethod.CoOp(4, true), 204_800),
                arguments(new TextMethod.CoCoOp(null), 35_360), // as its paper counts
                arguments(new MethodSpec.Full(), 87_849_216),
                arguments(new MethodSpec.BitFit(), 102_912));
    }

    /** On CLIP's ViT-B/32 with 100 classes of 16 images, by the arithmetic that MethodsTest holds against what is made. */
    @ParameterizedTest
    @MethodSource
    void further(MethodSpec spec, long count) {
        Map<String, List<Long>> tower = new HashMap<>();
        Layout.entries(
                        Naming.OPENAI_CLIP,
                        new Layout.Sizes(B32, 32, 50, 12, 3_072, 512, 0),
                        new Layout.Parts(false, true, true, false, false),
                        false)
                .forEach(entry -> tower.put(entry.name(), List.copyOf(entry.shape())));
        assertThat(Methods.of(spec).count(spec, new Sizes(clip(), tower, 100, 1_600, 512)))
                .isEqualTo(count);
    }

    @Test
    void linearLayer() {
        try (NDManager manager = Torch.manager()) {
            assertThat(size(new State(Classifier.linear(manager, 0, 512, 100).parameters(), Map.of())))
                    .isEqualTo(51_300);
        }
    }

    private static VitShape clip() {
        return new VitShape(
                Naming.OPENAI_CLIP,
                32,
                B32,
                12,
                12,
                224,
                VitShape.Activation.QUICK_GELU,
                1e-5,
                List.of(0.0, 0.0, 0.0),
                List.of(1.0, 1.0, 1.0),
                512,
                0);
    }

    private static long size(State state) {
        return state.parameters().values().stream().mapToLong(NDArray::size).sum();
    }
}
