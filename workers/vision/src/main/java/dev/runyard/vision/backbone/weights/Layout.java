package dev.runyard.vision.backbone.weights;

import dev.runyard.vision.backbone.vit.VitShape.Naming;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where each of the transformer's tensors stands in a file of one ecosystem, by its {@link NamingTable}. */
public final class Layout {
    private Layout() {}

    /** Sizes that were read off the tensors. {@code tokens} are the rows of the positional embedding. */
    public record Sizes(long width, long patch, long tokens, long depth, long hidden, long embedding, long classes) {}

    /**
     * Which parts that only some models have are there.
     *
     * @param registers how many register tokens
     * @param scales whether blocks have layer scale
     */
    public record Parts(
            boolean patchBias,
            boolean preNorm,
            boolean projection,
            boolean head,
            boolean headBias,
            long registers,
            boolean scales) {
        public Parts(boolean patchBias, boolean preNorm, boolean projection, boolean head, boolean headBias) {
            this(patchBias, preNorm, projection, head, headBias, 0, false);
        }
    }

    public static String patchWeight(Naming naming) {
        return NamingTable.of(naming).patch() + ".weight";
    }

    public static String classToken(Naming naming) {
        return NamingTable.of(naming).cls();
    }

    public static String positions(Naming naming) {
        return NamingTable.of(naming).positions();
    }

    /** Axes of the positional embedding, [T, D] or [1, T, D]. */
    public static int positionAxes(Naming naming) {
        return NamingTable.of(naming).batched() ? 3 : 2;
    }

    /** Null where the ecosystem has none. */
    public static @Nullable String registers(Naming naming) {
        return NamingTable.of(naming).registers();
    }

    /** Of the first block; null where the ecosystem has none. */
    public static @Nullable String firstScale(Naming naming) {
        NamingTable table = NamingTable.of(naming);
        return table.scales().isEmpty()
                ? null
                : table.blocks() + "0." + table.scales().get(0);
    }

    public static String blocks(Naming naming) {
        return NamingTable.of(naming).blocks();
    }

    /** Of the norm in front of the blocks; a name that no file has where the ecosystem has none. */
    public static String preNorm(Naming naming) {
        String name = NamingTable.of(naming).preNorm();
        return name == null ? "" : name;
    }

    public static String projection(Naming naming) {
        String own = NamingTable.of(naming).projection();
        return own == null ? head(naming) + ".weight" : own;
    }

    /** Whether the projection stands in the file the other way round: [d, D]. */
    public static boolean turned(Naming naming) {
        return NamingTable.of(naming).turned();
    }

    public static String head(Naming naming) {
        return NamingTable.of(naming).head();
    }

    /** First layer of a block's MLP, in the newer of two torchvision forms or the only form of the others. */
    public static List<String> mlp(Naming naming) {
        return NamingTable.of(naming).mlp();
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
            case HF_DINOV2 -> name.equals("embeddings.mask_token"); // of its pretraining
            case TIMM -> name.equals("mask_token");
            case TORCHVISION -> false;
        };
    }

    public static List<Entry> entries(Naming naming, Sizes s, Parts parts, boolean oldMlp) {
        NamingTable table = NamingTable.of(naming);
        List<Entry> out = new ArrayList<>();
        add(out, "patch_embed.weight", table.patch() + ".weight", s.width, 3, s.patch, s.patch);
        if (parts.patchBias) {
            add(out, "patch_embed.bias", table.patch() + ".bias", s.width);
        }
        if (table.batched()) {
            add(out, "cls_token", table.cls(), 1, 1, s.width);
            add(out, "pos_embed", table.positions(), 1, s.tokens, s.width);
        } else {
            add(out, "cls_token", table.cls(), s.width);
            add(out, "pos_embed", table.positions(), s.tokens, s.width);
        }
        if (parts.registers > 0 && table.registers() != null) {
            add(out, Prefix.REGISTERS, table.registers(), 1, parts.registers, s.width);
        }
        if (parts.preNorm) {
            pair(out, "norm_pre", preNorm(naming), s.width);
        }
        for (int i = 0; i < s.depth; i++) {
            String to = "blocks." + i + ".";
            String from = table.blocks() + i + ".";
            out.addAll(block(naming, s.width, s.hidden, to, from, oldMlp));
            if (parts.scales) {
                add(out, to + LayerScale.ATTENTION, from + table.scales().get(0), s.width);
                add(out, to + LayerScale.MLP, from + table.scales().get(1), s.width);
            }
        }
        pair(out, "norm", table.norm(), s.width);
        if (parts.projection) {
            if (table.turned()) {
                out.add(Entry.turned("projection", projection(naming), s.embedding, s.width));
            } else {
                add(out, "projection", projection(naming), s.width, s.embedding);
            }
        }
        if (parts.head) {
            add(out, "head.weight", table.head() + ".weight", s.classes, s.width);
            if (parts.headBias) {
                add(out, "head.bias", table.head() + ".bias", s.classes);
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
        NamingTable table = NamingTable.of(naming);
        List<Entry> out = new ArrayList<>();
        pair(out, to + "norm1", from + table.norms().get(0), width);
        for (String part : List.of("weight", "bias")) {
            List<String> sources =
                    table.qkv().stream().map(name -> from + name + part).toList();
            List<Long> shape = part.equals("weight") ? List.of(3 * width, width) : List.of(3 * width);
            out.add(new Entry(to + "attn.qkv." + part, sources, shape, false));
        }
        add(out, to + "attn.proj.weight", from + table.project() + ".weight", width, width);
        add(out, to + "attn.proj.bias", from + table.project() + ".bias", width);
        pair(out, to + "norm2", from + table.norms().get(1), width);
        List<String> mlp = oldMlp ? List.of("mlp.linear_1", "mlp.linear_2") : table.mlp();
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
