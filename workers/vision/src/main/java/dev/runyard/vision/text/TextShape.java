package dev.runyard.vision.text;

import dev.runyard.vision.backbone.vit.VitShape.Activation;
import java.util.OptionalInt;

/**
 * Sizes of a text transformer.
 *
 * @param vocabulary V, tokens there are
 * @param context T, tokens that a text may have, start and end included
 * @param width D, of a token
 * @param depth blocks
 * @param heads attention heads; divides the width
 * @param hidden width of the blocks' MLPs
 * @param activation inside the MLPs
 * @param eps of every layer norm
 * @param embedding d, length of what it gives for a text
 * @param projected whether the pooled token is multiplied by a matrix [D, d]; otherwise d = D
 * @param endToken the token whose first place is pooled; empty for the first place of the largest id, as OpenAI does
 */
public record TextShape(
        int vocabulary,
        int context,
        int width,
        int depth,
        int heads,
        int hidden,
        Activation activation,
        double eps,
        int embedding,
        boolean projected,
        OptionalInt endToken) {}
