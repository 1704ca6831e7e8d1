package dev.runyard.vision.embed;

import dev.runyard.spec.InvalidSpec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to embed, with what, to where.
 *
 * @param backbone {@code small-vit}, a safetensors file, or a folder with one and its {@code config.json}; null for a network alone
 * @param pgn a trained prompt generation network, or null
 * @param images a folder of images, read with its sub-folders in the order of their paths; null when {@code tensors} is given
 * @param tensors a safetensors file with {@code pixels [n, 3, H, W]}, normalised, and optionally {@code prompts [n, K, D]}
 * @param out safetensors to write
 */
public record EmbedRequest(
        @Nullable String backbone,
        @Nullable Path pgn,
        @Nullable Path images,
        @Nullable Path tensors,
        Path out) {
    public EmbedRequest {
        if (backbone == null && pgn == null) {
            throw new InvalidSpec("MISSING_FIELD", "backbone", null, "or pgn is required", "give one of the two");
        }
        if ((images == null) == (tensors == null)) {
            throw new InvalidSpec(
                    "MISSING_FIELD",
                    images == null ? "images" : "tensors",
                    images == null ? null : tensors,
                    images == null ? "or tensors is required" : "cannot be given together with images",
                    "give one of the two");
        }
    }
}
