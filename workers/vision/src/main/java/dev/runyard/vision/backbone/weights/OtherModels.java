package dev.runyard.vision.backbone.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.tensor.Safetensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What tells, in a maker's configuration or among a file's tensors, that a model computes something else than ours: a token that is
 * pooled after plain blocks with learned positions. Such a model is refused by what it has; its tensors alone might fit.
 */
public final class OtherModels {
    private static final Map<Pattern, String> SIGNS = new LinkedHashMap<>();

    static {
        sign(".*\\.(gamma_1|gamma_2)", "layer scale as BEiT names it");
        sign(
                "(.*\\.)?(attn_pool|attnpool)\\..*|vision_model\\.head\\..*",
                "attention pooling, as SigLIP and CoCa have");
        sign("dist_token|head_dist\\..*", "a distillation token");
        sign("fc_norm\\..*", "pooling by the average (fc_norm)");
        sign(".*(relative_position_bias_table|rel_pos_h|rel_pos_w|rel_pos_bias).*", "relative positions");
        sign("(.*\\.)?(rope|freqs_cos|freqs_sin)(\\..*)?", "rotary positions");
        sign(".*\\.(q_norm|k_norm|ln_q|ln_k)\\..*", "normalised queries and keys");
        sign(".*\\.mlp\\.(w1|w2|w3|w12|fc1_g|fc1_x|gate_proj)\\..*", "gated MLPs");
        sign(".*\\.attn\\.(q_bias|v_bias|q_proj|inner_attn_ln).*", "the attention of BEiT and EVA");
        sign(".*\\.(attns|ffns)\\.\\d.*", "parallel blocks");
        sign("visual\\.trunk\\..*", "a tower of timm inside open_clip's names");
        sign("(vit\\.|dinov2\\.)?embeddings\\.patch_embeddings\\..*", "the names of Hugging Face's ViT or DINOv2");
        sign("(visual\\.)?layer[1-4]\\..*", "the layers of a ResNet");
        sign("patch_embed\\.backbone\\..*|patch_embed\\.proj\\.\\d.*", "convolutions in front of its patches");
    }

    private OtherModels() {}

    private static void sign(String names, String has) {
        SIGNS.put(Pattern.compile(names), has);
    }

    /** What the tensors tell of a tower that is not ours; empty when nothing does. */
    public static String signs(Safetensors in, Naming naming) {
        return signs(in.tensors().keySet().stream()
                .filter(name -> !Layout.elsewhere(naming, name) && !naming.equals(Naming.HF_DINOV2))
                .toList());
    }

    /** As {@link #signs(Safetensors, Naming)}, of a file in nobody's names. */
    public static String signs(Iterable<String> names) {
        for (Map.Entry<Pattern, String> sign : SIGNS.entrySet()) {
            for (String name : names) {
                if (sign.getKey().matcher(name).matches()) {
                    return sign.getValue();
                }
            }
        }
        return "";
    }

    static void refusePooling(String file, String pooling) throws WeightsException {
        String name = pooling.toLowerCase(Locale.ROOT);
        if (!List.of("token", "tok", "cls").contains(name) && !name.contains("token 0")) {
            throw new WeightsException(
                    file + ": says that something else than the class token is pooled, which is not computed"
                            + " here; use weights that pool the class token");
        }
    }

    static void refuseHuggingFace(String file, JsonNode root, JsonNode tower) throws WeightsException {
        for (JsonNode type : List.of(root.path("model_type"), tower.path("model_type"))) {
            boolean known = List.of("clip", "clip_vision_model", "clip_text_model", "dinov2", "dinov2_with_registers")
                    .contains(type.asText());
            if (!type.isMissingNode() && !known) {
                throw new WeightsException(
                        file + ": its model_type is not clip, clip_vision_model, clip_text_model, dinov2 or"
                                + " dinov2_with_registers; of Hugging Face's models those are read, not SigLIP, ViT or others");
            }
        }
    }

    /** Options that change nothing of what is computed, or that the tensors tell too; of all others nothing is known here. */
    private static final List<String> TOLD_ELSEWHERE = List.of(
            "img_size",
            "patch_size",
            "in_chans",
            "embed_dim",
            "depth",
            "num_heads",
            "num_classes",
            "mlp_ratio",
            "global_pool",
            "act_layer",
            "pre_norm",
            "dynamic_img_size",
            "dynamic_img_pad",
            "strict_img_size",
            "drop_rate",
            "pos_drop_rate",
            "patch_drop_rate",
            "proj_drop_rate",
            "attn_drop_rate",
            "drop_path_rate",
            "weight_init",
            "fix_init");

    static void refuseTimm(String file, JsonNode options) throws WeightsException {
        int at = 0;
        for (Map.Entry<String, JsonNode> option : options.properties()) {
            at++;
            boolean plain =
                    switch (option.getKey()) {
                        case "qkv_bias", "class_token", "final_norm" ->
                            option.getValue().asBoolean(false);
                        case "no_embed_class", "reg_tokens", "init_values" -> true; // the tensors tell
                        case "qk_norm", "fc_norm" -> unused(option.getValue());
                        default -> TOLD_ELSEWHERE.contains(option.getKey());
                    };
            if (!plain) {
                throw new WeightsException(
                        file + ": option " + at + " of model_args changes what is computed, in a way that is not"
                                + " known here; only plain vision transformers are read");
            }
        }
    }

    static void refuseOpenClipVision(String file, JsonNode tower) throws WeightsException {
        refuseOpenClip(
                file,
                tower,
                "pool_type",
                List.of("tok"),
                List.of("timm_model_name", "attentional_pool", "global_average_pool", "no_ln_pre", "input_patchnorm"));
    }

    static void refuseOpenClipText(String file, JsonNode tower) throws WeightsException {
        refuseOpenClip(
                file,
                tower,
                "pool_type",
                List.of("argmax"),
                List.of("hf_model_name", "no_causal_mask", "embed_cls", "proj_bias"));
        refuseOpenClip(file, tower, "proj_type", List.of("linear"), List.of());
    }

    private static void refuseOpenClip(
            String file, JsonNode tower, String choice, List<String> plain, List<String> without)
            throws WeightsException {
        List<String> options = new java.util.ArrayList<>(without);
        options.addAll(List.of("act_kwargs", "qk_norm", "scaled_cosine_attn", "scale_heads", "scale_attn", "scale_fc"));
        for (String option : options) {
            if (!unused(tower.path(option))) {
                throw new WeightsException(file + ": sets " + option
                        + ", whose effect is not computed here; of open_clip only" + " plain transformers are read");
            }
        }
        for (Map.Entry<String, List<String>> one :
                Map.of(choice, plain, "block_type", List.of("default")).entrySet()) {
            JsonNode value = tower.path(one.getKey());
            if (!value.isMissingNode() && !value.isNull() && !one.getValue().contains(value.asText())) {
                throw new WeightsException(file + ": its " + one.getKey() + " is not "
                        + one.getValue().get(0) + ", which is the only one that is computed here");
            }
        }
    }

    private static boolean unused(JsonNode value) {
        return value.isMissingNode()
                || value.isNull()
                || (value.isBoolean() && !value.asBoolean())
                || (value.isNumber() && value.doubleValue() == 0)
                || (value.isContainerNode() && value.isEmpty());
    }
}
