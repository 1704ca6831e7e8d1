package dev.runyard.spec.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import org.jspecify.annotations.Nullable;

/** The small ViT that {@code pretrain} makes, and what it learns from. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PretrainSpec(
        @Doc(value = "Side of the image in px, a multiple of the patch.", min = 16, max = 512)
        Integer imageSize,

        @Doc(value = "Side of a patch in px.", min = 2, max = 64)
        Integer patch,

        @Doc(value = "D, width of a token, a multiple of the heads.", min = 16, max = 1_024)
        Integer width,

        @Doc(value = "Transformer blocks.", min = 1, max = 24)
        Integer depth,

        @Doc(value = "Attention heads of a block.", min = 1, max = 16)
        Integer heads,

        @Doc("What it learns from: labels, class names as texts, or its own views of the images.")
        Objective objective,

        @Doc(value = "Of objective clip: the text tower and the loss.", derived = true) @Nullable
        ClipSpec clip,

        @Doc(value = "Of objective dino: views, head and teacher.", derived = true) @Nullable
        DinoSpec dino) {

    /** What the new backbone learns from. */
    public enum Objective {
        /** Labels, by a linear head; written in timm's naming. */
        @JsonProperty("supervised")
        SUPERVISED,
        /** Images and texts of their class names, as CLIP; written with its text tower in OpenAI's naming. */
        @JsonProperty("clip")
        CLIP,
        /** A slower copy of itself, as DINO; written in timm's naming with the head beside it. */
        @JsonProperty("dino")
        DINO
    }

    public PretrainSpec {
        imageSize = Defaults.or(imageSize, 64);
        patch = Defaults.or(patch, 8);
        width = Defaults.or(width, 128);
        depth = Defaults.or(depth, 6);
        heads = Defaults.or(heads, 4);
        objective = Defaults.or(objective, Objective.SUPERVISED);
        Bounds.check(PretrainSpec.class, "imageSize", imageSize);
        Bounds.check(PretrainSpec.class, "patch", patch);
        Bounds.check(PretrainSpec.class, "width", width);
        Bounds.check(PretrainSpec.class, "depth", depth);
        Bounds.check(PretrainSpec.class, "heads", heads);
        divides("imageSize", imageSize, "patch", patch);
        divides("width", width, "heads", heads);
        if (objective == Objective.CLIP) {
            clip = Defaults.or(clip, ClipSpec.DEFAULT);
        } else if (clip != null) {
            throw of("clip");
        }
        if (objective == Objective.DINO) {
            dino = Defaults.or(dino, DinoSpec.DEFAULT);
            divides("dino.localSize", dino.localSize(), "patch", patch);
            if (dino.localSize() > imageSize) {
                throw new InvalidSpec(
                        "OUT_OF_RANGE",
                        "dino.localSize",
                        dino.localSize(),
                        "must be at most imageSize (" + imageSize + ")",
                        null);
            }
        } else if (dino != null) {
            throw of("dino");
        }
    }

    /** A supervised one. */
    public PretrainSpec(Integer imageSize, Integer patch, Integer width, Integer depth, Integer heads) {
        this(imageSize, patch, width, depth, heads, Objective.SUPERVISED, null, null);
    }

    private static void divides(String field, int value, String by, int divisor) {
        if (value % divisor != 0) {
            throw new InvalidSpec(
                    "NOT_DIVISIBLE", field, value, "must be a multiple of " + by + " (" + divisor + ")", null);
        }
    }

    private static InvalidSpec of(String objective) {
        return new InvalidSpec(
                "NOT_APPLICABLE",
                objective,
                "{…}",
                "belongs to objective " + objective + " only",
                "remove it or set objective: " + objective);
    }
}
