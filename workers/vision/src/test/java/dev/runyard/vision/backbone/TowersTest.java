package dev.runyard.vision.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.Golden;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Positions and towers against torch 2.7.1 and timm 1.0.20; {@code towers.py} beside the cases made them. */
class TowersTest {
    private static final double WITHIN = 1e-5;

    @TempDir
    static Path shared;

    private static Path cases = Path.of("");

    @TempDir
    Path dir;

    @BeforeAll
    static void unpack() throws IOException {
        cases = shared.resolve("towers.safetensors");
        try (InputStream in = TowersTest.class.getResourceAsStream("towers.safetensors")) {
            Files.copy(Objects.requireNonNull(in), cases);
        }
    }

    private static float[] tensor(String name) throws IOException {
        try (Safetensors in = Safetensors.open(cases)) {
            return in.floats(name);
        }
    }

    @ParameterizedTest
    @CsvSource({"TIMM, 3", "TIMM, 5", "TIMM, 10", "TIMM, 16", "DINO, 3", "DINO, 5", "DINO, 10", "DINO, 16"})
    void positionsAreResizedAsTheirMakersDo(PositionGrid.Rule rule, int to) throws IOException {
        float[] got = PositionGrid.resized(tensor("positions.table"), 1, 7, to, 8, rule);
        float[] wanted = tensor("positions." + rule.name().toLowerCase(java.util.Locale.ROOT) + "_" + to);
        assertThat(got).hasSameSizeAs(wanted);
        for (int i = 0; i < got.length; i++) {
            assertThat((double) got[i])
                    .as("number %d", i)
                    .isCloseTo(wanted[i], org.assertj.core.data.Offset.offset(WITHIN));
        }
    }

    /** A case's weights as files, by other names where the function says so (null: as they are), the rows of qkv apart on demand. */
    private Path weights(String name, String config, Function<String, @Nullable String> renamed) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("weights"));
        write(List.of(tensors(name, renamed)), folder, "model.safetensors");
        Files.writeString(folder.resolve("config.json"), config);
        return folder;
    }

    private record Tensor(long[] shape, float[] values) {}

    private static Map<String, Tensor> tensors(String name, Function<String, @Nullable String> renamed)
            throws IOException {
        Map<String, Tensor> out = new LinkedHashMap<>();
        String prefix = name + ".weights.";
        try (Safetensors in = Safetensors.open(cases)) {
            for (String key : in.tensors().keySet()) {
                if (key.startsWith(prefix)) {
                    put(
                            out,
                            key.substring(prefix.length()),
                            renamed,
                            in.info(key).shapeArray(),
                            in.floats(key));
                }
            }
        }
        return out;
    }

    private static void put(
            Map<String, Tensor> out,
            String key,
            Function<String, @Nullable String> renamed,
            long[] shape,
            float[] values) {
        String to = renamed.apply(key);
        if (to == null || !to.contains("{qkv}")) {
            out.put(to == null ? key : to, new Tensor(shape, values));
            return;
        }
        int third = values.length / 3;
        long[] each = shape.clone();
        each[0] /= 3;
        String[] parts = {"query", "key", "value"};
        for (int i = 0; i < 3; i++) {
            out.put(
                    to.replace("{qkv}", parts[i]),
                    new Tensor(each, Arrays.copyOfRange(values, i * third, (i + 1) * third)));
        }
    }

    private static void write(List<Map<String, Tensor>> parts, Path folder, String... files) throws IOException {
        for (int i = 0; i < files.length; i++) {
            SafetensorsWriter out = new SafetensorsWriter();
            parts.get(i).forEach((key, tensor) -> out.floats(key, tensor.shape, tensor.values));
            out.write(folder.resolve(files[i]));
        }
    }

    private static void assertSame(FrozenBackbone backbone, String name, int side) throws IOException {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray pixels = Torch.floats(manager, tensor(name + ".pixels_" + side), 2, 3, side, side);
            float[] got = Torch.read(backbone.encode(pixels, null, false).embedding());
            Golden.assertRelativeToMax(name, tensor(name + ".features_" + side), got, WITHIN);
        }
    }

    private static final String TIMM =
            "{\"heads\": 2, \"eps\": 1e-6, \"activation\": \"gelu\", \"pooling\": \"token\"}";

    @ParameterizedTest
    @CsvSource({"plain, 0", "registers, 4", "embedded, 3"})
    void layerScaleAndRegistersAsTimmHasThem(String name, int registers) throws IOException {
        try (FrozenBackbone backbone =
                FrozenBackbone.open(weights(name, TIMM, key -> null).toString())) {
            assertThat(backbone.shape().registers()).isEqualTo(registers);
            assertThat(backbone.shape().imageSize()).isEqualTo(12);
            assertThat(backbone.shape().tokens()).isEqualTo(1 + registers + 9);
            assertSame(backbone, name, 12);
        }
    }

    @ParameterizedTest
    @CsvSource({"plain, dinov2", "registers, dinov2_with_registers"})
    void dinoV2AsHuggingFaceNamesIt(String name, String type) throws IOException {
        String config =
                "{\"model_type\": \"" + type + "\", \"num_attention_heads\": 2, \"image_size\": 12, \"patch_size\": 4,"
                        + " \"hidden_size\": 16, \"num_hidden_layers\": 2}";
        // Hugging Face's registers keep a position for the class token, timm's have none: a row of zeros is the same.
        Map<String, Tensor> tensors = tensors(name, TowersTest::huggingFace);
        Tensor positions = Objects.requireNonNull(tensors.get("embeddings.position_embeddings"));
        if (positions.shape[1] == 9) {
            float[] wider = new float[10 * 16];
            System.arraycopy(positions.values, 0, wider, 16, 9 * 16);
            tensors.put("embeddings.position_embeddings", new Tensor(new long[] {1, 10, 16}, wider));
        }
        tensors.put("embeddings.mask_token", new Tensor(new long[] {1, 16}, new float[16]));
        Path folder = Files.createDirectories(dir.resolve("hf"));
        write(List.of(tensors), folder, "model.safetensors");
        Files.writeString(folder.resolve("config.json"), config);
        try (FrozenBackbone backbone = FrozenBackbone.open(folder.toString())) {
            assertThat(backbone.assumption().orElse("")).doesNotContain("heads", "eps", "activation", "pooled");
            assertSame(backbone, name, 12);
        }
    }

    private static String huggingFace(String key) {
        return key.replaceFirst("^(cls|reg)_token$", "embeddings.$1_token")
                .replace("embeddings.reg_token", "embeddings.register_tokens")
                .replaceFirst("^pos_embed$", "embeddings.position_embeddings")
                .replace("patch_embed.proj.", "embeddings.patch_embeddings.projection.")
                .replaceFirst("^blocks\\.", "encoder.layer.")
                .replace("attn.qkv.", "attention.attention.{qkv}.")
                .replace("attn.proj.", "attention.output.dense.")
                .replaceFirst("ls([12])\\.gamma", "layer_scale$1.lambda1")
                .replaceFirst("^norm\\.", "layernorm.");
    }

    @Test
    void anotherImageSizeByTimmsRuleIsTimms() throws IOException {
        Path folder = weights("plain", TIMM, key -> null);
        // A head makes it one of timm's own, whose positions are resized by timm's rule; without, DINO's would be.
        Map<String, Tensor> tensors = tensors("plain", key -> null);
        tensors.put("head.weight", new Tensor(new long[] {3, 16}, new float[48]));
        tensors.put("head.bias", new Tensor(new long[] {3}, new float[3]));
        write(List.of(tensors), folder, "model.safetensors");
        try (FrozenBackbone backbone = FrozenBackbone.open(folder.toString(), 20)) {
            assertThat(backbone.shape().imageSize()).isEqualTo(20);
            assertThat(backbone.assumption().orElseThrow())
                    .contains("positions for 20 px made of those for 12 px as timm");
            assertSame(backbone, "plain", 20);
        }
        assertThatThrownBy(() -> FrozenBackbone.open(folder.toString(), 22))
                .isInstanceOfSatisfying(
                        InvalidSpec.class, e -> assertThat(e.field()).isEqualTo("backbone.imageSize"))
                .hasMessageContaining("no multiple of the patch of 4 px");
    }

    @Test
    void aModelInPartsIsReadByItsIndex() throws IOException {
        List<Map<String, Tensor>> halves = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        List<String> places = new ArrayList<>();
        List<String> files = List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
        tensors("plain", key -> "module." + key).forEach((key, tensor) -> {
            int half = places.size() % 2;
            halves.get(half).put(key, tensor);
            places.add("\"" + key + "\": \"" + files.get(half) + "\"");
        });
        Path folder = Files.createDirectories(dir.resolve("parts"));
        write(halves, folder, files.toArray(new String[0]));
        Files.writeString(folder.resolve("config.json"), TIMM);
        Path second = folder.resolve(files.get(1));
        assertThatThrownBy(() -> FrozenBackbone.open(folder.toString()))
                .hasMessageContaining("there is not one .safetensors.index.json beside them");
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\": {" + String.join(",", places) + "}}");
        for (Path named : List.of(folder, index, second)) {
            try (FrozenBackbone backbone = FrozenBackbone.open(named.toString())) {
                assertSame(backbone, "plain", 12);
            }
        }
        String before = StoredBackbone.identity(folder.toString());
        Files.setLastModifiedTime(second, java.nio.file.attribute.FileTime.fromMillis(1));
        assertThat(StoredBackbone.identity(folder.toString())).isNotEqualTo(before);
        Files.writeString(index, "{\"weight_map\": {\"module.cls_token\": \"../other.safetensors\"}}");
        assertThatThrownBy(() -> FrozenBackbone.open(folder.toString()))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("not a plain name");
        Files.writeString(index, "{\"weight_map\": {\"module.cls_token\": \"" + files.get(0) + "\"}}");
        assertThatThrownBy(() -> FrozenBackbone.open(folder.toString()))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("of different models");
    }
}
