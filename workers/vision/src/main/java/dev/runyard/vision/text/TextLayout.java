package dev.runyard.vision.text;

import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.backbone.weights.Entry;
import dev.runyard.vision.backbone.weights.Layout;
import java.util.ArrayList;
import java.util.List;

/** Where each tensor of a text transformer stands in a file (science reference §6). OpenAI's names or Hugging Face's. */
final class TextLayout {
    private TextLayout() {}

    static String tokens(Naming naming) {
        return huggingFace(naming) ? "text_model.embeddings.token_embedding.weight" : "token_embedding.weight";
    }

    static String positions(Naming naming) {
        return huggingFace(naming) ? "text_model.embeddings.position_embedding.weight" : "positional_embedding";
    }

    static String blocks(Naming naming) {
        return huggingFace(naming) ? "text_model.encoder.layers." : "transformer.resblocks.";
    }

    static String firstMlp(Naming naming) {
        return blocks(naming) + (huggingFace(naming) ? "0.mlp.fc1.weight" : "0.mlp.c_fc.weight");
    }

    static String projection(Naming naming) {
        return huggingFace(naming) ? "text_projection.weight" : "text_projection";
    }

    /** Tensors of the whole model that are no part of its text tower. */
    static boolean elsewhere(Naming naming, String name) {
        return huggingFace(naming)
                ? !name.startsWith("text_model.") || name.endsWith(".position_ids")
                : name.endsWith(".attn_mask")
                        || (!name.startsWith("transformer.resblocks.") && !name.startsWith("token_embedding."));
    }

    static List<Entry> entries(Naming naming, TextShape s) {
        List<Entry> out = new ArrayList<>();
        out.add(Entry.of("text.token_embed", tokens(naming), s.vocabulary(), s.width()));
        out.add(Entry.of("text.pos_embed", positions(naming), s.context(), s.width()));
        for (int i = 0; i < s.depth(); i++) {
            out.addAll(Layout.block(
                    naming, s.width(), s.hidden(), "text.blocks." + i + ".", blocks(naming) + i + ".", false));
        }
        String norm = huggingFace(naming) ? "text_model.final_layer_norm" : "ln_final";
        out.add(Entry.of("text.norm.weight", norm + ".weight", s.width()));
        out.add(Entry.of("text.norm.bias", norm + ".bias", s.width()));
        if (s.projected()) {
            out.add(
                    huggingFace(naming)
                            ? Entry.turned("text.projection", projection(naming), s.embedding(), s.width())
                            : Entry.of("text.projection", projection(naming), s.width(), s.embedding()));
        }
        return out;
    }

    private static boolean huggingFace(Naming naming) {
        return naming == Naming.HF_CLIP;
    }
}
