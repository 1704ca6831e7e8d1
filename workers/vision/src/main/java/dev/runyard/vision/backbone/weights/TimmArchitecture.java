package dev.runyard.vision.backbone.weights;

import dev.runyard.vision.backbone.vit.VitShape.Activation;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What timm's name of an architecture says beyond the tensors ({@code timm/models/vision_transformer.py}). Only names of plain vision
 * transformers that pool the class token are known: {@code gap}, {@code siglip}, {@code rope} and their
 * like compute something else.
 *
 * @param registers tokens behind the class token, where the name says them
 * @param headWidth numbers of a token that one attention head sees
 * @param activation inside the MLPs
 * @param eps of every layer norm
 */
record TimmArchitecture(OptionalInt registers, int headWidth, Activation activation, double eps) {
    private static final Pattern PLAIN = Pattern.compile(
            "(?:vit|deit)_(tiny|xsmall|small|medium|betwixt|base|large|huge|giant|gigantic)_patch\\d{1,3}"
                    + "(?:_plus)?(_clip)?(_quickgelu)?(?:_\\d{2,4})?(?:_reg(\\d))?(?:_in21k|_dino|_dinov2|_sam|_mae)?(?:\\.\\w+)?");

    /** Empty for a name that is not one of a plain vision transformer. */
    static Optional<TimmArchitecture> of(String name) {
        Matcher plain = PLAIN.matcher(name);
        if (!plain.matches()) {
            return Optional.empty();
        }
        int headWidth =
                switch (plain.group(1)) {
                    case "huge" -> 80;
                    case "giant" -> 88;
                    case "gigantic" -> 104;
                    default -> 64;
                };
        boolean clip = plain.group(2) != null;
        return Optional.of(new TimmArchitecture(
                plain.group(4) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(plain.group(4))),
                headWidth,
                plain.group(3) == null ? Activation.GELU : Activation.QUICK_GELU,
                clip ? 1e-5 : 1e-6));
    }
}
