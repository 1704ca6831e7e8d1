package dev.runyard.spec.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.HostPath;
import dev.runyard.spec.InvalidSpec;
import java.util.List;

/**
 * The frozen encoder. Its patch, width, depth, heads and image size come from the tensors and the config file beside them.
 */
public record BackboneSpec(
        @Doc(
                "small-vit, small-clip or small-dino (shipped with the product), or on the worker's machine a safetensors file,"
                        + " or a folder with one and its config.json.")
        @HostPath
        String weights,

        @Doc("Mean and deviation of the images: the backbone's own, or CLIP's whatever the backbone.")
        Normalisation normalisation,

        @Doc(
                "Arithmetic of the frozen part: fp32, or bf16 with fp32 between the layers. bf16 is for methods that leave the weights"
                        + " as they are.")
        Precision precision) {
    /** The shipped backbone that is used when none is named. */
    public static final String SMALL = "small-vit";

    /** The backbones that are shipped with the product: supervised, CLIP with its text tower, DINO with its head. */
    public static final List<String> SHIPPED = List.of(SMALL, "small-clip", "small-dino");

    public static final BackboneSpec DEFAULT = new BackboneSpec(SMALL, Normalisation.NATIVE, Precision.FP32);

    /** Mean and deviation of the images. */
    public enum Normalisation {
        /** What the backbone was trained with. */
        @JsonProperty("native")
        NATIVE,
        /** CLIP's, whatever the backbone, as the released PGN code does. */
        @JsonProperty("clip")
        CLIP
    }

    /**
     * Arithmetic of the frozen part. There is no fp16: its small range needs the loss to be scaled, and nothing here does that.
     */
    public enum Precision {
        /** The reference. */
        @JsonProperty("fp32")
        FP32,
        /** Convolution, linear layers and attention in bfloat16; the residual stream and the norms in fp32. */
        @JsonProperty("bf16")
        BF16
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
                    "must name a safetensors file or one of " + String.join(", ", SHIPPED),
                    null);
        }
        if (weights.matches("(?i).*\\.(pt|pth|ckpt|bin|pkl)")) {
            throw new InvalidSpec(
                    "UNSAFE_FORMAT",
                    "weights",
                    weights,
                    "may run code when read; only safetensors is",
                    "convert it once: runyard weights convert " + weights);
        }
    }
}
