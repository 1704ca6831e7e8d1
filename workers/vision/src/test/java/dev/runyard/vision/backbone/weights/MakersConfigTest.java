package dev.runyard.vision.backbone.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the tensors leave open comes from the maker's configuration, or is said to be assumed; what cannot be computed is refused. The
 * makers' rules: {@code open_clip/model.py}, {@code timm/models/vision_transformer.py}, {@code transformers/models/clip}.
 */
class MakersConfigTest {
    @TempDir
    Path dir;

    private final Map<String, long[]> tensors = new LinkedHashMap<>();

    @BeforeEach
    void engine() {
        Torch.enter();
    }

    private void norm(String name, int width) {
        tensors.put(name + ".weight", new long[] {width});
        tensors.put(name + ".bias", new long[] {width});
    }

    /** One block, a patch of 4 and an image of 8, as timm names it. */
    private void timm(int width, boolean clip, int head) {
        tensors.put("patch_embed.proj.weight", new long[] {width, 3, 4, 4});
        if (!clip) {
            tensors.put("patch_embed.proj.bias", new long[] {width});
        }
        tensors.put("cls_token", new long[] {1, 1, width});
        tensors.put("pos_embed", new long[] {1, 5, width});
        if (clip) {
            norm("norm_pre", width);
        }
        norm("blocks.0.norm1", width);
        norm("blocks.0.norm2", width);
        for (Map.Entry<String, long[]> layer : Map.of(
                        "attn.qkv", new long[] {3L * width, width},
                        "attn.proj", new long[] {width, width},
                        "mlp.fc1", new long[] {2L * width, width},
                        "mlp.fc2", new long[] {width, 2L * width})
                .entrySet()) {
            tensors.put("blocks.0." + layer.getKey() + ".weight", layer.getValue());
            tensors.put("blocks.0." + layer.getKey() + ".bias", new long[] {layer.getValue()[0]});
        }
        norm("norm", width);
        if (head > 0) {
            tensors.put("head.weight", new long[] {head, width});
            tensors.put("head.bias", new long[] {head});
        }
    }

    /** The same as open_clip names it. */
    private void openClip(int width) {
        timm(width, true, 0);
        Map<String, long[]> all = new LinkedHashMap<>(tensors);
        tensors.clear();
        all.forEach((name, shape) -> {
            String to = name.startsWith("norm.") ? name.replace("norm.", "ln_post.") : name;
            to = to.replace("patch_embed.proj", "conv1")
                    .replace("cls_token", "class_embedding")
                    .replace("pos_embed", "positional_embedding")
                    .replace("norm_pre", "ln_pre")
                    .replace("blocks.", "transformer.resblocks.")
                    .replace("norm1", "ln_1")
                    .replace("norm2", "ln_2")
                    .replace("attn.qkv.", "attn.in_proj_")
                    .replace("attn.proj", "attn.out_proj")
                    .replace("mlp.fc1", "mlp.c_fc")
                    .replace("mlp.fc2", "mlp.c_proj");
            boolean flat = name.equals("cls_token") || name.equals("pos_embed");
            tensors.put(
                    "visual." + to,
                    flat ? (name.equals("cls_token") ? new long[] {width} : new long[] {5, width}) : shape);
        });
        tensors.put("visual.proj", new long[] {width, 8});
    }

    /** The same as Hugging Face names it. */
    private void huggingFace(int width) {
        tensors.put("vision_model.embeddings.patch_embedding.weight", new long[] {width, 3, 4, 4});
        tensors.put("vision_model.embeddings.class_embedding", new long[] {width});
        tensors.put("vision_model.embeddings.position_embedding.weight", new long[] {5, width});
        String block = "vision_model.encoder.layers.0.";
        for (String name : List.of(
                "vision_model.pre_layrnorm",
                "vision_model.post_layernorm",
                block + "layer_norm1",
                block + "layer_norm2")) {
            norm(name, width);
        }
        for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
            tensors.put(block + "self_attn." + name + ".weight", new long[] {width, width});
            tensors.put(block + "self_attn." + name + ".bias", new long[] {width});
        }
        tensors.put(block + "mlp.fc1.weight", new long[] {2L * width, width});
        tensors.put(block + "mlp.fc1.bias", new long[] {2L * width});
        tensors.put(block + "mlp.fc2.weight", new long[] {width, 2L * width});
        tensors.put(block + "mlp.fc2.bias", new long[] {width});
        tensors.put("visual_projection.weight", new long[] {8, width});
    }

    private Path write(String... zero) throws IOException {
        Random random = new Random(5);
        SafetensorsWriter out = new SafetensorsWriter();
        tensors.forEach((name, shape) -> {
            int size = 1;
            for (long axis : shape) {
                size = Math.multiplyExact(size, (int) axis);
            }
            float[] values = new float[size];
            for (int i = 0; i < size && !List.of(zero).contains(name); i++) {
                values[i] = (float) random.nextGaussian() * 0.2f;
            }
            out.floats(name, shape, values);
        });
        out.write(dir.resolve("model.safetensors"));
        return dir;
    }

    private void config(String name, String json) throws IOException {
        Files.writeString(dir.resolve(name), json.replace('\'', '"'));
    }

    private FrozenBackbone open() throws IOException {
        return FrozenBackbone.open(dir.toString());
    }

    private void refused(String... words) {
        assertThatThrownBy(() -> open().close())
                .isInstanceOf(WeightsException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    @ParameterizedTest
    @CsvSource({
        "vit_base_patch32_clip_224, 128, 2, GELU, 1e-5",
        "vit_large_patch14_clip_quickgelu_224.openai, 128, 2, QUICK_GELU, 1e-5",
        "vit_huge_patch14_clip_378, 160, 2, GELU, 1e-5",
        "vit_giant_patch14_clip_224, 176, 2, GELU, 1e-5",
        "vit_gigantic_patch14_clip_224, 208, 2, GELU, 1e-5",
        "vit_base_patch16_plus_clip_240, 128, 2, GELU, 1e-5"
    })
    void timmsNamesTellHeadsAndActivation(String architecture, int width, int heads, Activation activation, double eps)
            throws IOException {
        timm(width, true, 6);
        write();
        config(
                "config.json",
                "{'architecture': '" + architecture + "', 'num_classes': 6, 'num_features': " + width
                        + ", 'global_pool': 'token', 'pretrained_cfg': {'input_size': [3, 8, 8], 'mean': [0.1,0.2,0.3], 'std': [1,1,1]}}");
        try (FrozenBackbone backbone = open()) {
            assertThat(backbone.shape().heads()).isEqualTo(heads);
            assertThat(backbone.shape().activation()).isEqualTo(activation);
            assertThat(backbone.shape().eps()).isEqualTo(eps);
            assertThat(backbone.shape().classes()).isEqualTo(6);
            assertThat(backbone.assumption()).isEmpty();
        }
    }

    @Test
    void timmsPlainTowersHaveTheirOwnHeadsAndEpsilon() throws IOException {
        timm(320, false, 6);
        write();
        config(
                "config.json",
                "{'architecture': 'vit_huge_patch14_224', 'global_pool': 'token', 'pretrained_cfg': {'mean': [0,0,0], 'std': [1,1,1]}}");
        try (FrozenBackbone backbone = open()) {
            assertThat(backbone.shape().heads()).isEqualTo(4);
            assertThat(backbone.shape().activation()).isEqualTo(Activation.GELU);
            assertThat(backbone.shape().eps()).isEqualTo(1e-6);
        }
    }

    /** timm writes CLIP's projection as a head with a bias of zeros; a trained head has another one. */
    @Test
    void aHeadOfZeroBiasIsTheProjection() throws IOException {
        timm(128, true, 32);
        write("head.bias");
        config("config.json", "{'architecture': 'vit_base_patch32_clip_quickgelu_224', 'num_classes': 32}");
        try (FrozenBackbone backbone = open();
                NDManager manager = Torch.manager()) {
            assertThat(backbone.shape().embedding()).isEqualTo(32);
            assertThat(backbone.shape().classes()).isZero();
            assertThat(backbone.assumption().orElseThrow()).contains("projection");
            NDArray image = Torch.floats(manager, new float[3 * 8 * 8], 1, 3, 8, 8);
            assertThat(backbone.encode(image, null, false)
                            .embedding()
                            .getShape()
                            .get(1))
                    .isEqualTo(32);
        }
    }

    /** The same tensors under open_clip's configuration and under ours give the same numbers, and others than by a guess. */
    @Test
    void openClipTellsHeadWidthAndActivation() throws IOException {
        openClip(320);
        write();
        config("config.json", "{'heads': 4, 'activation': 'gelu', 'eps': 1e-5}");
        float[] right = embedding();
        config("config.json", "{'heads': 5, 'activation': 'quick_gelu', 'eps': 1e-5}");
        float[] guessed = embedding();
        Files.delete(dir.resolve("config.json"));
        config(
                "open_clip_config.json",
                "{'model_cfg': {'embed_dim': 8, 'vision_cfg': {'image_size': 8, 'layers': 1, 'width': 320, 'head_width': 80,"
                        + " 'patch_size': 4}, 'text_cfg': {}}, 'preprocess_cfg': {'mean': [0.1,0.2,0.3], 'std': [1,1,1]}}");
        assertThat(embedding()).isEqualTo(right).isNotEqualTo(guessed);
        try (FrozenBackbone backbone = open()) {
            assertThat(backbone.assumption()).isEmpty();
            assertThat(backbone.shape().mean()).containsExactly(0.1, 0.2, 0.3);
        }
        config("config.json", "{'model_type': 'siglip'}");
        assertThat(embedding())
                .as("open_clip's names, so its own configuration")
                .isEqualTo(right);
        config("open_clip_config.json", "{'model_cfg': {'quick_gelu': true, 'vision_cfg': {'width': 320}}}");
        try (FrozenBackbone backbone = open()) {
            assertThat(backbone.shape().activation()).isEqualTo(Activation.QUICK_GELU);
            assertThat(backbone.shape().heads())
                    .as("64 numbers a head where nothing is said")
                    .isEqualTo(5);
        }
    }

    private float[] embedding() throws IOException {
        try (FrozenBackbone backbone = open();
                NDManager manager = Torch.manager()) {
            Random random = new Random(3);
            float[] pixels = new float[3 * 8 * 8];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) random.nextGaussian();
            }
            return backbone.encode(Torch.floats(manager, pixels, 1, 3, 8, 8), null, false)
                    .embedding()
                    .toFloatArray();
        }
    }

    /** transformers writes only what differs from its defaults. */
    @Test
    void huggingFacesDefaultsAreKnown() throws IOException {
        huggingFace(96);
        write();
        config("config.json", "{'model_type': 'clip', 'vision_config': {'image_size': 8, 'patch_size': 4}}");
        try (FrozenBackbone backbone = open()) {
            assertThat(backbone.shape().heads()).isEqualTo(12);
            assertThat(backbone.shape().activation()).isEqualTo(Activation.QUICK_GELU);
            assertThat(backbone.assumption().orElseThrow())
                    .contains("normalised as CLIP's")
                    .doesNotContain("heads");
        }
        config("preprocessor_config.json", "{'image_mean': [0.5,0.5,0.5], 'image_std': [0.5,0.5,0.5]}");
        try (FrozenBackbone backbone = open()) {
            assertThat(backbone.shape().mean()).containsExactly(.5, .5, .5);
            assertThat(backbone.assumption()).isEmpty();
        }
    }

    @Test
    void whatNobodySaysIsSaidToBeAssumed() throws IOException {
        openClip(128);
        write();
        try (FrozenBackbone backbone = open()) {
            assertThat(backbone.assumption().orElseThrow())
                    .contains("assumed", "2 heads of 64", "quick_gelu", "class token", "eps 1e-5", "normalised");
        }
        tensors.clear();
        openClip(1280);
        write();
        refused("number of attention heads cannot be told from a width of 1280", "open_clip_config.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'architecture': 'vit_base_patch16_224', 'global_pool': 'avg'}",
                "{'architecture': 'vit_base_patch16_224', 'global_pool': ''}",
                "{'architecture': 'vit_base_patch16_224', 'model_args': {'global_pool': 'avg'}}",
                "{'architecture': 'vit_base_patch16_gap_224'}",
                "{'architecture': 'vit_base_patch16_siglip_224'}",
                "{'architecture': 'vit_small_patch14_reg4_dinov2'}",
                "{'architecture': 'eva02_base_patch14_224'}",
                "{'architecture': 'deit3_base_patch16_224'}",
                "{'architecture': 'vit_base_patch16_224', 'model_args': {'act_layer': 'gelu_tanh'}}",
                "{'architecture': 'vit_base_patch16_224', 'model_args': {'reg_tokens': 4}}",
                "{'architecture': 'vit_base_patch16_224', 'model_args': {'no_embed_class': true}}",
                "{'architecture': 'vit_base_patch16_224', 'model_args': {'norm_layer': 'rmsnorm'}}",
                "{'architecture': 'vit_base_patch16_224', 'pretrained_cfg': {'input_size': [3, 8, 16]}}",
                "{'architecture': 'vit_base_patch16_224', 'pretrained_cfg': {'input_size': [3, 16, 16]}}",
                "{'architecture': 'vit_base_patch16_224', 'num_features': 768}",
                "{'model_type': 'siglip', 'vision_config': {}}",
                "{'model_type': 'dinov2'}",
                "{'pooling': 'mean of the tokens'}",
                "{'heads': 'many'}",
                "{'heads': 7}",
                "{'model_cfg': {'vision_cfg': {'pool_type': 'avg'}}}",
                "{'model_cfg': {'vision_cfg': {'attentional_pool': true}}}",
                "{'model_cfg': {'vision_cfg': {'timm_model_name': 'x'}}}",
                "{'model_cfg': {'vision_cfg': {'act_kwargs': {'approximate': 'tanh'}}}}",
                "{'model_cfg': {'vision_cfg': {'image_size': [8, 16]}}}",
                "{'model_cfg': {'vision_cfg': {'layers': 12}}}"
            })
    void whatIsComputedOtherwiseIsRefused(String json) throws IOException {
        timm(128, false, 0);
        write();
        try (FrozenBackbone plain = open()) {
            assertThat(plain.shape().width()).isEqualTo(128);
        }
        config("config.json", json);
        refused("config.json");
    }

    @ParameterizedTest
    @CsvSource({
        "attn_pool.latent, attention pooling",
        "fc_norm.weight, average",
        "dist_token, distillation",
        "blocks.0.attn.q_norm.weight, normalised queries",
        "blocks.0.attn.q_bias, EVA",
        "blocks.0.mlp.w12.weight, gated",
        "blocks.0.attn.rel_pos_h, relative positions"
    })
    void tensorsOfOtherModelsAreNamedByWhatTheyAre(String tensor, String has) throws IOException {
        timm(128, false, 0);
        tensors.put(tensor, new long[] {1});
        write();
        refused(has, "only plain vision transformers");
    }

    @Test
    void sigLipAndTowersInsideOthersAreNamed() throws IOException {
        huggingFace(128);
        tensors.put("vision_model.head.probe", new long[] {1, 1, 128});
        write();
        refused("SigLIP");
        tensors.clear();
        tensors.put("visual.trunk.patch_embed.proj.weight", new long[] {4, 3, 4, 4});
        write();
        refused("timm inside open_clip");
        tensors.clear();
        timm(128, false, 0);
        tensors.remove("cls_token");
        tensors.put("pos_embed", new long[] {1, 4, 128});
        write();
        refused("has no class token (cls_token)");
    }
}
