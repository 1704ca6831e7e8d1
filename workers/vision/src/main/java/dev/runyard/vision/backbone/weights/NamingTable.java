package dev.runyard.vision.backbone.weights;

import dev.runyard.vision.backbone.vit.VitShape.Naming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the tensors of a vision transformer are called in the files of one ecosystem (science reference §6). One more ecosystem is one more
 * entry of {@link #of} and its {@link Naming}.
 *
 * @param patch the patches' convolution, without its part
 * @param cls class token
 * @param positions positional embedding
 * @param batched whether class token and positions have an axis of length 1 in front
 * @param registers register tokens; null where the ecosystem has none
 * @param blocks prefix of the blocks' numbers
 * @param preNorm norm in front of the blocks; null where none has one
 * @param norms of a block, before its attention and before its MLP
 * @param qkv the matrices of query, key and value with what stands before their part: one of all, or three
 * @param project matrix behind the attention
 * @param mlp the two layers of a block's MLP
 * @param scales layer scale behind the attention and behind the MLP; empty where the ecosystem has none
 * @param norm last norm
 * @param projection from token to embedding; null where there is none, or it has the head's name
 * @param turned whether the projection stands in the file as an output × input matrix
 * @param head classifier
 */
record NamingTable(
        String patch,
        String cls,
        String positions,
        boolean batched,
        @Nullable String registers,
        String blocks,
        @Nullable String preNorm,
        List<String> norms,
        List<String> qkv,
        String project,
        List<String> mlp,
        List<String> scales,
        String norm,
        @Nullable String projection,
        boolean turned,
        String head) {

    private static final NamingTable OPENAI_CLIP = new NamingTable(
            "visual.conv1",
            "visual.class_embedding",
            "visual.positional_embedding",
            false,
            null,
            "visual.transformer.resblocks.",
            "visual.ln_pre",
            List.of("ln_1", "ln_2"),
            List.of("attn.in_proj_"),
            "attn.out_proj",
            List.of("mlp.c_fc", "mlp.c_proj"),
            List.of("ls_1.gamma", "ls_2.gamma"),
            "visual.ln_post",
            "visual.proj",
            false,
            "head");

    private static final NamingTable HF_CLIP = new NamingTable(
            "vision_model.embeddings.patch_embedding",
            "vision_model.embeddings.class_embedding",
            "vision_model.embeddings.position_embedding.weight",
            false,
            null,
            "vision_model.encoder.layers.",
            "vision_model.pre_layrnorm", // sic
            List.of("layer_norm1", "layer_norm2"),
            List.of("self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj."),
            "self_attn.out_proj",
            List.of("mlp.fc1", "mlp.fc2"),
            List.of(),
            "vision_model.post_layernorm",
            "visual_projection.weight",
            true,
            "head");

    private static final NamingTable TIMM = new NamingTable(
            "patch_embed.proj",
            "cls_token",
            "pos_embed",
            true,
            "reg_token",
            "blocks.",
            "norm_pre",
            List.of("norm1", "norm2"),
            List.of("attn.qkv."),
            "attn.proj",
            List.of("mlp.fc1", "mlp.fc2"),
            List.of("ls1.gamma", "ls2.gamma"),
            "norm",
            null,
            true,
            "head");

    private static final NamingTable TORCHVISION = new NamingTable(
            "conv_proj",
            "class_token",
            "encoder.pos_embedding",
            true,
            null,
            "encoder.layers.encoder_layer_",
            "encoder.ln_pre",
            List.of("ln_1", "ln_2"),
            List.of("self_attention.in_proj_"),
            "self_attention.out_proj",
            List.of("mlp.0", "mlp.3"),
            List.of(),
            "encoder.ln",
            null,
            true,
            "heads.head");

    private static final NamingTable HF_DINOV2 = new NamingTable(
            "embeddings.patch_embeddings.projection",
            "embeddings.cls_token",
            "embeddings.position_embeddings",
            true,
            "embeddings.register_tokens",
            "encoder.layer.",
            null,
            List.of("norm1", "norm2"),
            List.of("attention.attention.query.", "attention.attention.key.", "attention.attention.value."),
            "attention.output.dense",
            List.of("mlp.fc1", "mlp.fc2"),
            List.of("layer_scale1.lambda1", "layer_scale2.lambda1"),
            "layernorm",
            null,
            true,
            "classifier");

    static NamingTable of(Naming naming) {
        return switch (naming) {
            case OPENAI_CLIP -> OPENAI_CLIP;
            case HF_CLIP -> HF_CLIP;
            case TIMM -> TIMM;
            case TORCHVISION -> TORCHVISION;
            case HF_DINOV2 -> HF_DINOV2;
        };
    }
}
