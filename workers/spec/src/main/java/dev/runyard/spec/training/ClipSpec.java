package dev.runyard.spec.training;

import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;

/** Learning from images and texts (CLIP, Radford et al. 2021, §2): the text tower that is trained beside the images' and the loss. */
public record ClipSpec(
        @Doc(value = "Length of the vectors in which images and texts meet.", min = 8, max = 1_024)
        Integer embedding,

        @Doc(value = "Width of a text token, a multiple of textHeads.", min = 8, max = 1_024)
        Integer textWidth,

        @Doc(value = "Transformer blocks of the text tower.", min = 1, max = 24)
        Integer textDepth,

        @Doc(value = "Attention heads of a block of the text tower.", min = 1, max = 16)
        Integer textHeads,

        @Doc(value = "Longest text in tokens, start and end included.", min = 4, max = 77)
        Integer context,

        @Doc(value = "Joined pairs of characters that the tokenizer learns from the texts.", min = 0, max = 48_894)
        Integer merges,

        @Doc(value = "First temperature of the loss; its inverse is trained and never above 100.", min = 0.01, max = 1)
        Double temperature) {
    static final ClipSpec DEFAULT = new ClipSpec(128, 64, 2, 2, 32, 512, 0.07);

    public ClipSpec {
        embedding = Defaults.or(embedding, 128);
        textWidth = Defaults.or(textWidth, 64);
        textDepth = Defaults.or(textDepth, 2);
        textHeads = Defaults.or(textHeads, 2);
        context = Defaults.or(context, 32);
        merges = Defaults.or(merges, 512);
        temperature = Defaults.or(temperature, 0.07);
        Bounds.check(ClipSpec.class, "embedding", embedding);
        Bounds.check(ClipSpec.class, "textWidth", textWidth);
        Bounds.check(ClipSpec.class, "textDepth", textDepth);
        Bounds.check(ClipSpec.class, "textHeads", textHeads);
        Bounds.check(ClipSpec.class, "context", context);
        Bounds.check(ClipSpec.class, "merges", merges);
        Bounds.check(ClipSpec.class, "temperature", temperature);
        if (textWidth % textHeads != 0) {
            throw new InvalidSpec(
                    "NOT_DIVISIBLE",
                    "textWidth",
                    textWidth,
                    "must be a multiple of textHeads (" + textHeads + ")",
                    null);
        }
    }
}
