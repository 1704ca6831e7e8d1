package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The frozen encoder. Its patch, width, depth, heads and image size come from the tensors and the config file beside them.
 *
 * @param weights {@value #SMALL} (shipped with the product) or a path to a safetensors file, or a folder with one and its
 *     {@code config.json}; default {@value #SMALL}
 * @param normalisation which mean and deviation the images get; default native
 * @param precision arithmetic of the frozen part; only fp32 so far
 */
public record BackboneSpec(String weights, Normalisation normalisation, Precision precision) {
    /** The backbone that is shipped with the product. */
    public static final String SMALL = "small-vit";

    static final BackboneSpec DEFAULT = new BackboneSpec(SMALL, Normalisation.NATIVE, Precision.FP32);

    /** Mean and deviation of the images. */
    public enum Normalisation {
        /** What the backbone was trained with. */
        @JsonProperty("native")
        NATIVE,
        /** CLIP's, whatever the backbone, as the released PGN code does. */
        @JsonProperty("clip")
        CLIP
    }

    /** Arithmetic of the frozen part. */
    public enum Precision {
        @JsonProperty("fp32")
        FP32
    }

    public BackboneSpec {
        weights = Defaults.or(weights, SMALL);
        normalisation = Defaults.or(normalisation, Normalisation.NATIVE);
        precision = Defaults.or(precision, Precision.FP32);
        if (weights.isBlank() || weights.indexOf('\0') >= 0) {
            throw new InvalidSpec(
                    "BAD_PATH",
                    "weights",
                    weights.replace('\0', '?'),
                    "must name a safetensors file or " + SMALL,
                    null);
        }
        if (weights.matches("(?i).*\\.(pt|pth|ckpt|bin|pkl)")) {
            throw new InvalidSpec(
                    "UNSAFE_FORMAT",
                    "weights",
                    weights,
                    "may run code when read; only safetensors is",
                    "convert it to safetensors first");
        }
    }
}
