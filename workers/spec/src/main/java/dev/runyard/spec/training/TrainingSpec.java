package dev.runyard.spec.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Doc;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a training steady and from learning its images by heart; each is off unless given.
 *
 * <p>clipGradient: g · min(1, most/(|g| + 1e-6)) for the gradient g of all parameters together (Pascanu et al. 2013, as PyTorch's
 * {@code clip_grad_norm_}). labelSmoothing ε: targets (1 − ε)·y + ε/C (Szegedy et al. 2016). mixup α: λ ~ Beta(α, α) a batch, images and
 * targets λ·a + (1 − λ)·b with b a permutation of the batch (Zhang et al. 2018). cutmix α: a box of the share 1 − λ of the image is b's,
 * and λ what is left of a (Yun et al. 2019). With both, each batch takes one of them by the toss of a coin. ema d: after each step the
 * average is d·average + (1 − d)·parameters, and it is what is judged and kept (Polyak and Juditsky 1992).
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingSpec(
        @Doc(
                value = "Largest length of the gradient of all parameters; a longer one is scaled to it.",
                above = 0,
                max = 1e9)
        @Nullable
        Double clipGradient,

        @Doc(value = "ε: share of each target that is spread evenly over all classes.", above = 0, max = 0.999)
        @Nullable
        Double labelSmoothing,

        @Doc(value = "α: two images are blended, with a share from Beta(α, α).", above = 0, max = 1_000) @Nullable
        Double mixup,

        @Doc(
                title = "CutMix",
                value = "α: a box of another image is pasted, with a share from Beta(α, α).",
                above = 0,
                max = 1_000)
        @Nullable
        Double cutmix,

        @Doc(
                title = "EMA",
                value = "Decay of the exponential average of the parameters, which is what is judged and kept.",
                above = 0,
                max = 0.999999)
        @Nullable
        Double ema,

        @Doc("When the training ends before its last epoch.") @Nullable
        EarlyStoppingSpec earlyStopping) {
    public static final TrainingSpec NONE = new TrainingSpec(null, null, null, null, null, null);

    public TrainingSpec {
        Bounds.check(TrainingSpec.class, "clipGradient", clipGradient);
        Bounds.check(TrainingSpec.class, "labelSmoothing", labelSmoothing);
        Bounds.check(TrainingSpec.class, "mixup", mixup);
        Bounds.check(TrainingSpec.class, "cutmix", cutmix);
        Bounds.check(TrainingSpec.class, "ema", ema);
    }

    /** Whether images are mixed with others. */
    public boolean mixes() {
        return mixup != null || cutmix != null;
    }
}
