package dev.runyard.vision.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.BlockMethod;
import dev.runyard.spec.model.BlockMethod.Target;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.Bottleneck;
import dev.runyard.vision.backbone.vit.EncoderBlock;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.text.TinyClip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the further ways to adapt compute, held against PyTorch 1.13.1 (the authors' formulas in float32; inputs are sine waves that both
 * sides make). Written by a script of a few lines for each; its results are adapted.json.
 */
class AdaptedParityTest {
    private static final double TOLERANCE = 1e-5;
    private static final int WIDTH = 8;
    private static final String BLOCK = "blocks.0.";

    @TempDir
    Path folder;

    private NDManager manager = Torch.manager();
    private NDScope scope = new NDScope();

    @BeforeEach
    void engine() {
        Torch.enter();
        scope.suppressNotUsedWarning();
    }

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    private static float[] values(double from, double scale, int count) {
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) (Math.sin(from + 0.7 * i) * scale);
        }
        return out;
    }

    private NDArray waves(double from, double scale, long... shape) {
        long count = 1;
        for (long axis : shape) {
            count *= axis;
        }
        return Torch.floats(manager, values(from, scale, (int) count), shape);
    }

    private Map<String, NDArray> block() {
        Map<String, NDArray> w = new LinkedHashMap<>();
        w.put(BLOCK + "norm1.weight", waves(1, 1, WIDTH));
        w.put(BLOCK + "norm1.bias", waves(2, 0.4, WIDTH));
        w.put(BLOCK + "attn.qkv.weight", waves(3, 0.4, 3 * WIDTH, WIDTH));
        w.put(BLOCK + "attn.qkv.bias", waves(4, 0.4, 3 * WIDTH));
        w.put(BLOCK + "attn.proj.weight", waves(5, 0.4, WIDTH, WIDTH));
        w.put(BLOCK + "attn.proj.bias", waves(6, 0.4, WIDTH));
        w.put(BLOCK + "norm2.weight", waves(7, 1, WIDTH));
        w.put(BLOCK + "norm2.bias", waves(8, 0.4, WIDTH));
        w.put(BLOCK + "mlp.fc1.weight", waves(9, 0.4, 2 * WIDTH, WIDTH));
        w.put(BLOCK + "mlp.fc1.bias", waves(10, 0.4, 2 * WIDTH));
        w.put(BLOCK + "mlp.fc2.weight", waves(11, 0.4, WIDTH, 2 * WIDTH));
        w.put(BLOCK + "mlp.fc2.bias", waves(12, 0.4, WIDTH));
        return w;
    }

    private void adapter(Map<String, NDArray> w, String place, double from) {
        w.put(BLOCK + "adapter." + place + ".down.weight", waves(from, 0.4, 3, WIDTH));
        w.put(BLOCK + "adapter." + place + ".down.bias", waves(from + 1, 0.4, 3));
        w.put(BLOCK + "adapter." + place + ".up.weight", waves(from + 2, 0.4, WIDTH, 3));
        w.put(BLOCK + "adapter." + place + ".up.bias", waves(from + 3, 0.4, WIDTH));
    }

    private void assertBlock(String name, Map<String, NDArray> w) throws IOException {
        try (EncoderBlock block = new EncoderBlock(WIDTH, 2, Activation.GELU, 1e-6)) {
            assertClose(name, block.forward(new Tensors(w), BLOCK, waves(0.3, 1, 2, 3, WIDTH), null));
        }
    }

    @Test
    void aBlockWithoutAdapters() throws IOException {
        assertBlock("block", block());
    }

    @Test
    void serialAdapters() throws IOException {
        Map<String, NDArray> w = block();
        adapter(w, "attn", 20);
        adapter(w, "mlp", 24);
        assertBlock("serial", w);
    }

    @Test
    void parallelAdapters() throws IOException {
        Map<String, NDArray> w = block();
        adapter(w, "beside", 28);
        w.put(Bottleneck.SCALE, Torch.scalar(manager, 0.1));
        assertBlock("parallel", w);
    }

    @Test
    void lowRankChanges() throws IOException {
        Tensors frozen = new Tensors(block());
        Tensors changes = new Tensors(Map.of(
                BLOCK + "attn.q.lora_A", waves(32, 0.4, 2, WIDTH),
                BLOCK + "attn.q.lora_B", waves(33, 0.4, WIDTH, 2),
                BLOCK + "attn.v.lora_A", waves(34, 0.4, 2, WIDTH),
                BLOCK + "attn.v.lora_B", waves(35, 0.4, WIDTH, 2)));
        BlockMethod.Lora spec = new BlockMethod.Lora(2, 6.0, List.of(Target.V, Target.Q));
        NDArray scale = Torch.scalar(manager, spec.alpha() / spec.rank());
        assertBlock(
                "lora",
                Lora.changed(frozen, 1, Lora.layers(spec, Lora.shapes(frozen)), changes, scale)
                        .byName());
    }

    @Test
    void layersBehindTheEmbedding() throws IOException {
        try (Model model = model(new EmbeddingMethod.ClipAdapter(null, null))) {
            Torch.fill(model.parameters().get("adapter.down.weight"), FloatBuffer.wrap(values(42, 0.4, 2 * WIDTH)));
            Torch.fill(model.parameters().get("adapter.up.weight"), FloatBuffer.wrap(values(43, 0.4, 2 * WIDTH)));
            assertScores("clip-adapter", model);
        }
    }

    @Test
    void aCacheOfImages() throws IOException {
        for (MethodSpec spec : List.of(
                new EmbeddingMethod.TipAdapter(null, 5.5, null), new EmbeddingMethod.TipAdapterF(null, 5.5, null))) {
            try (Model model = model(spec)) {
                ((FromFeatures) model).remember(values(44, 1, 5 * WIDTH), new int[] {0, 1, 2, 1, 0});
                assertScores("tip-adapter", model);
                assertThat(model.parameters().count()).isEqualTo(spec.kind().endsWith("-f") ? 5 * WIDTH : 0);
            }
        }
    }

    private int right(Model model, float[] images, int[] labels) {
        float[] scores = Torch.read(
                model.scores(model.parameters(), Torch.floats(manager, images, labels.length, WIDTH), false));
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            int answer = 0;
            for (int c = 1; c < 3; c++) {
                answer = scores[3 * i + c] > scores[3 * i + answer] ? c : answer;
            }
            right += answer == labels[i] ? 1 : 0;
        }
        return right;
    }

    /** No pair of the grid is better on val than the one that is found, asked of models that were given theirs. */
    @Test
    void shareAndSharpnessAreSearchedOnVal() throws IOException {
        int n = 60;
        float[] images = values(45, 1, n * WIDTH);
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i * 7 % 3;
        }
        int found;
        try (Model model = model(new EmbeddingMethod.TipAdapter(null, null, true))) {
            FromFeatures begins = (FromFeatures) model;
            begins.remember(values(44, 1, 5 * WIDTH), new int[] {0, 1, 2, 1, 0});
            String told = begins.choose(images, labels).orElseThrow();
            found = right(model, images, labels);
            assertThat(told).endsWith(found + " of 60 images");
            assertThat(model.buffers().byName()).containsKeys("cache.alpha", "cache.beta");
        }
        for (int b = 0; b < 200; b += 25) {
            for (int a = 0; a < 20; a += 5) {
                MethodSpec given = new EmbeddingMethod.TipAdapter(a * 2.9 / 20 + 0.1, b * 6.9 / 200 + 0.1, null);
                try (Model model = model(given)) {
                    ((FromFeatures) model).remember(values(44, 1, 5 * WIDTH), new int[] {0, 1, 2, 1, 0});
                    assertThat(right(model, images, labels)).isLessThanOrEqualTo(found);
                }
            }
        }
    }

    @Test
    void meansOfClasses() throws IOException {
        try (Model model = model(new EmbeddingMethod.Prototypes())) {
            ((FromFeatures) model).remember(values(44, 1, 5 * WIDTH), new int[] {0, 1, 2, 1, 0});
            assertScores("prototypes", model);
            assertThat(model.parameters().byName()).isEmpty();
        }
    }

    /** With three classes, on a CLIP model whose embeddings have as many numbers as the cases'. */
    private Model model(MethodSpec method) throws IOException {
        TinyClip.write(folder);
        Path text = folder.resolve("text.safetensors");
        new SafetensorsWriter()
                .floats("text_features", new long[] {3, WIDTH}, values(41, 1, 3 * WIDTH))
                .write(text);
        boolean own = method.classifies();
        RunSpec spec = new RunSpec(
                null,
                new DatasetSpec("shapes", null, null, null, null),
                null,
                method,
                own ? null : new ClassifierSpec(ClassifierSpec.Kind.TEXT, text.toString()),
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        return Models.of(spec, FrozenBackbone.shared(folder.toString()), List.of("a", "b", "c"));
    }

    private void assertScores(String name, Model model) throws IOException {
        assertClose(name, model.scores(model.parameters(), waves(40, 1, 4, WIDTH), false));
    }

    private static void assertClose(String name, NDArray got) throws IOException {
        JsonNode expected;
        try (InputStream in = AdaptedParityTest.class.getResourceAsStream("adapted.json")) {
            expected = new ObjectMapper().readTree(in).path(name);
        }
        float[] values = Torch.read(got);
        assertThat(expected).hasSize(values.length);
        for (int i = 0; i < values.length; i++) {
            double wanted = expected.get(i).doubleValue();
            assertThat((double) values[i])
                    .as(name + " " + i)
                    .isCloseTo(wanted, within(TOLERANCE * Math.max(1, Math.abs(wanted))));
        }
    }
}
