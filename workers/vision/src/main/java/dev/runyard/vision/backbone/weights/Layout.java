package dev.runyard.vision.backbone.weights;

import dev.runyard.vision.backbone.vit.VitShape.Naming;
import java.util.ArrayList;
import java.util.List;

/** Where each of the transformer's tensors stands in a file of one ecosystem (science reference §6). */
public final class Layout {
    private Layout() {}

    /** Sizes that were read off the tensors. */
    public record Sizes(long width, long patch, long tokens, long depth, long hidden, long embedding, long classes) {}

    /** Which parts that only some models have are there. */
    public record Parts(boolean patchBias, boolean preNorm, boolean projection, boolean head, boolean headBias) {}

    public static String patchWeight(Naming naming) {
        return switch (naming) {
            case OPENAI_CLIP -> "visual.conv1.weight";
            case HF_CLIP -> "vision_model.embeddings.patch_embedding.weight";
            case TIMM -> "patch_embed.proj.weight";
            case TORCHVISION -> "conv_proj.weight";
        };
    }

    public static String positions(Naming naming) {
        return switch (naming) {
            case OPENAI_CLIP -> "visual.positional_embedding";
            case HF_CLIP -> "vision_model.embeddings.position_embedding.weight";
            case TIMM -> "pos_embed";
            case TORCHVISION -> "encoder.pos_embedding";
        };
    }

    public static String blocks(Naming naming) {
        return switch (naming) {
            case OPENAI_CLIP -> "visual.transformer.resblocks.";
            case HF_CLIP -> "vision_model.encoder.layers.";
            case TIMM -> "blocks.";
            case TORCHVISION -> "encoder.layers.encoder_layer_";
        };
    }

    public static String preNorm(Naming naming) {
        return switch (naming) {
            case OPENAI_CLIP -> "visual.ln_pre";
            case HF_CLIP -> "vision_model.pre_layrnorm"; // sic
            case TIMM -> "norm_pre";
            case TORCHVISION -> "encoder.ln_pre";
        };
    }

    public static String projection(Naming naming) {
        return switch (naming) {
            case OPENAI_CLIP -> "visual.proj";
            case HF_CLIP -> "visual_projection.weight";
            case TIMM, TORCHVISION -> head(naming) + ".weight";
        };
    }

    public static String head(Naming naming) {
        return naming == Naming.TORCHVISION ? "heads.head" : "head";
    }

    /** First layer of a block's MLP, in the newer of two torchvision forms or the only form of the others. */
    public static List<String> mlp(Naming naming) {
        return switch (naming) {
            case OPENAI_CLIP -> List.of("mlp.c_fc", "mlp.c_proj");
            case HF_CLIP, TIMM -> List.of("mlp.fc1", "mlp.fc2");
            case TORCHVISION -> List.of("mlp.0", "mlp.3");
        };
    }

    /** Tensors of the whole model that are no part of its vision tower. */
    public static boolean elsewhere(Naming naming, String name) {
        return switch (naming) {
            case OPENAI_CLIP ->
                !name.startsWith("visual.")
                        && (name.startsWith("transformer.resblocks.")
                                || name.startsWith("token_embedding.")
                                || name.startsWith("ln_final.")
                                || List.of(
                                                "positional_embedding",
                                                "text_projection",
                                                "logit_scale",
                                                "input_resolution",
                                                "context_length",
                                                "vocab_size")
                                        .contains(name));
            case HF_CLIP ->
                name.startsWith("text_model.")
                        || name.equals("text_projection.weight")
                        || name.equals("logit_scale")
                        || name.endsWith(".position_ids");
            case TIMM, TORCHVISION -> false;
        };
    }

    public static List<Entry> entries(Naming naming, Sizes s, Parts parts, boolean oldMlp) {
        List<Entry> out = new ArrayList<>();
        String patch = patchWeight(naming).replaceAll("\\.weight$", "");
        add(out, "patch_embed.weight", patch + ".weight", s.width, 3, s.patch, s.patch);
        if (parts.patchBias) {
            add(out, "patch_embed.bias", patch + ".bias", s.width);
        }
        switch (naming) {
            case OPENAI_CLIP -> {
                add(out, "cls_token", "visual.class_embedding", s.width);
                add(out, "pos_embed", positions(naming), s.tokens, s.width);
            }
            case HF_CLIP -> {
                add(out, "cls_token", "vision_model.embeddings.class_embedding", s.width);
                add(out, "pos_embed", positions(naming), s.tokens, s.width);
            }
            case TIMM -> {
                add(out, "cls_token", "cls_token", 1, 1, s.width);
                add(out, "pos_embed", positions(naming), 1, s.tokens, s.width);
            }
            case TORCHVISION -> {
                add(out, "cls_token", "class_token", 1, 1, s.width);
                add(out, "pos_embed", positions(naming), 1, s.tokens, s.width);
            }
        }
        if (parts.preNorm) {
            pair(out, "norm_pre", preNorm(naming), s.width);
        }
        for (int i = 0; i < s.depth; i++) {
            out.addAll(block(naming, s.width, s.hidden, "blocks." + i + ".", blocks(naming) + i + ".", oldMlp));
        }
        String norm =
                switch (naming) {
                    case OPENAI_CLIP -> "visual.ln_post";
                    case HF_CLIP -> "vision_model.post_layernorm";
                    case TIMM -> "norm";
                    case TORCHVISION -> "encoder.ln";
                };
        pair(out, "norm", norm, s.width);
        if (parts.projection) {
            if (naming == Naming.OPENAI_CLIP) {
                add(out, "projection", projection(naming), s.width, s.embedding);
            } else {
                out.add(Entry.turned("projection", projection(naming), s.embedding, s.width));
            }
        }
        if (parts.head) {
            add(out, "head.weight", head(naming) + ".weight", s.classes, s.width);
            if (parts.headBias) {
                add(out, "head.bias", head(naming) + ".bias", s.classes);
            }
        }
        return out;
    }

    /**
     * The tensors of one block, of images or of texts.
     *
     * @param hidden width of the MLP
     * @param to the transformer's name of the block, with a dot at its end
     * @param from the file's, likewise
     * @param oldMlp whether the MLP has the names of torchvision's older files
     */
    public static List<Entry> block(Naming naming, long width, long hidden, String to, String from, boolean oldMlp) {
        List<Entry> out = new ArrayList<>();
        List<String> norms =
                switch (naming) {
                    case OPENAI_CLIP, TORCHVISION -> List.of("ln_1", "ln_2");
                    case HF_CLIP -> List.of("layer_norm1", "layer_norm2");
                    case TIMM -> List.of("norm1", "norm2");
                };
        pair(out, to + "norm1", from + norms.get(0), width);
        String attention =
                switch (naming) {
                    case OPENAI_CLIP, TIMM -> "attn.";
                    case HF_CLIP -> "self_attn.";
                    case TORCHVISION -> "self_attention.";
                };
        for (String part : List.of("weight", "bias")) {
            List<String> sources =
                    switch (naming) {
                        case OPENAI_CLIP, TORCHVISION -> List.of(from + attention + "in_proj_" + part);
                        case HF_CLIP ->
                            List.of("q", "k", "v").stream()
                                    .map(c -> from + attention + c + "_proj." + part)
                                    .toList();
                        case TIMM -> List.of(from + attention + "qkv." + part);
                    };
            List<Long> shape = part.equals("weight") ? List.of(3 * width, width) : List.of(3 * width);
            out.add(new Entry(to + "attn.qkv." + part, sources, shape, false));
        }
        String project = naming == Naming.TIMM ? "proj" : "out_proj";
        add(out, to + "attn.proj.weight", from + attention + project + ".weight", width, width);
        add(out, to + "attn.proj.bias", from + attention + project + ".bias", width);
        pair(out, to + "norm2", from + norms.get(1), width);
        List<String> mlp = oldMlp ? List.of("mlp.linear_1", "mlp.linear_2") : mlp(naming);
        add(out, to + "mlp.fc1.weight", from + mlp.get(0) + ".weight", hidden, width);
        add(out, to + "mlp.fc1.bias", from + mlp.get(0) + ".bias", hidden);
        add(out, to + "mlp.fc2.weight", from + mlp.get(1) + ".weight", width, hidden);
        add(out, to + "mlp.fc2.bias", from + mlp.get(1) + ".bias", width);
        return out;
    }

    private static void pair(List<Entry> out, String name, String source, long width) {
        add(out, name + ".weight", source + ".weight", width);
        add(out, name + ".bias", source + ".bias", width);
    }

    private static void add(List<Entry> out, String name, String source, long... shape) {
        out.add(Entry.of(name, source, shape));
    }
}
