package dev.runyard.spec.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.HostPath;
import dev.runyard.spec.InvalidSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frozen encoder. Its patch, width, depth, heads and image size come from the tensors and the config file beside them.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackboneSpec(
        @Doc(
                "small-vit, small-clip or small-dino (shipped with the product), or on the worker's machine a safetensors file,"
                        + " or a folder with one and its config.json.")
        @HostPath
        String weights,

        @Doc("Mean and deviation of the images: the backbone's own, or CLIP's whatever the backbone.")
        Normalisation normalisation,

        @Doc(
                "Arithmetic: fp32, tf32 (a GPU's matrix products with shorter operands), or bf16 or fp16 in the frozen part with fp32"
                        + " between the layers, for methods that leave the weights as they are.")
        Precision precision,

        @Doc(
                "What the backward pass computes again instead of keeping it: none, or mlp, the first half of each MLP, for less memory"
                        + " and more time.")
        @Nullable
        Recompute recompute,

        @Doc(
                "How images are resized and cut where they are not varied: as the PGN code does for every backbone, or as the backbone's makers test it.")
        Transform transform,

        @Doc(
                value =
                        "Side of the images, px, a multiple of the patch: positions are resized as the backbone's makers do; left"
                                + " out: the backbone's own.",
                min = 8,
                max = 2_048)
        @Nullable
        Integer imageSize,

        @Doc(
                "Address of a model server (runyard serve-model --gradients) that is asked for embeddings and gradients in place of"
                        + " weights of one's own, for example http://127.0.0.1:8300.")
        @Nullable
        String encoder) {
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

    /** Arithmetic of matrix products, convolutions and attention. */
    public enum Precision {
        /** The reference. */
        @JsonProperty("fp32")
        FP32,
        /** fp32 numbers whose products a GPU forms of operands with 10 bits behind the point; for all methods, on a GPU of 2020 or later. */
        @JsonProperty("tf32")
        TF32,
        /** Convolution, linear layers and attention of the frozen part in bfloat16; the residual stream and the norms in fp32. */
        @JsonProperty("bf16")
        BF16,
        /** As bf16, in half precision; the loss is scaled, since small gradients would be lost. */
        @JsonProperty("fp16")
        FP16;

        /** Whether the frozen part computes in another type than fp32, which leaves weights that are trained out. */
        public boolean reduced() {
            return this == BF16 || this == FP16;
        }
    }

    /** What is not kept for the backward pass. */
    public enum Recompute {
        @JsonProperty("none")
        NONE,
        /** Norm, first layer and activation of each frozen MLP. */
        @JsonProperty("mlp")
        MLP
    }

    /** From an image file to the square that a backbone sees. */
    public enum Transform {
        /** Shorter side to the image size, bilinear, and the middle, as the released PGN code does. */
        @JsonProperty("pgn")
        PGN,
        /**
         * The backbone's own: CLIP bicubic, in the file's mode; torchvision bilinear and DINO bicubic 256 to 224; timm by the interpolation
         * and crop_pct of its configuration.
         */
        @JsonProperty("native")
        NATIVE
    }

    /** A server holds the weights, and whatever is decided by whoever holds them is not for the run to say. */
    private static void checkEncoder(
            @Nullable String encoder,
            @Nullable String weights,
            @Nullable Precision precision,
            @Nullable Recompute recompute,
            @Nullable Transform transform,
            @Nullable Integer imageSize) {
        if (encoder == null) {
            return;
        }
        if (!encoder.matches("https?://[A-Za-z0-9.:\\[\\]-]{1,253}/?")) {
            throw new InvalidSpec(
                    "BAD_ADDRESS",
                    "encoder",
                    encoder,
                    "is no address of a model server",
                    "give one like http://127.0.0.1:8300");
        }
        boolean other = weights != null && !weights.equals(encoder);
        boolean reduced = precision != null && precision != Precision.FP32;
        boolean recomputes = recompute != null && recompute != Recompute.NONE;
        String field = other
                ? "weights"
                : reduced
                        ? "precision"
                        : recomputes
                                ? "recompute"
                                : transform == Transform.NATIVE ? "transform" : imageSize != null ? "imageSize" : null;
        if (field != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    field,
                    "given beside encoder",
                    "is decided by the model server, which holds the weights",
                    "remove it");
        }
    }

    /** That keeps all for the backward pass. */
    public BackboneSpec(String weights, Normalisation normalisation, Precision precision) {
        this(weights, normalisation, precision, null);
    }

    /** That is shown images as the PGN code does. */
    public BackboneSpec(
            String weights, Normalisation normalisation, Precision precision, @Nullable Recompute recompute) {
        this(weights, normalisation, precision, recompute, Transform.PGN, null, null);
    }

    public BackboneSpec {
        checkEncoder(encoder, weights, precision, recompute, transform, imageSize);
        weights = encoder == null ? Defaults.or(weights, SMALL) : encoder;
        normalisation = Defaults.or(normalisation, Normalisation.NATIVE);
        precision = Defaults.or(precision, Precision.FP32);
        Bounds.check(BackboneSpec.class, "imageSize", imageSize);
        transform = Defaults.or(transform, Transform.PGN);
        recompute = recompute == Recompute.NONE ? null : recompute;
        if (recompute != null && precision.reduced()) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "recompute",
                    "mlp",
                    "is for fp32 and tf32: below, the tower is one operation of the engine",
                    "leave it out, or use precision: fp32");
        }
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
