package dev.runyard.vision.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.training.TrainingSpec;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.method.solver.Objective.Seen;
import dev.runyard.vision.method.solver.Targets;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Torch;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.distribution.continuous.BetaDistribution;
import org.jspecify.annotations.Nullable;

/**
 * What a batch becomes before it is learned from: blended with a permutation of itself (mixup, Zhang et al. 2018, §2), or with boxes of
 * it pasted in (CutMix, Yun et al. 2019, algorithm 1; clovaai/CutMix-PyTorch, train.py), and with smoothed targets. Everything drawn is a
 * pure function of the seed and the step, so that a resumed training draws the same.
 */
public final class Mixing {
    /** No epoch: batches and augmentations count theirs from 0, first values have -1, places of visual prompts -2, prototypes -3. */
    private static final long PURPOSE = -4;

    private static final int SHARE = 0;
    private static final int COIN = 1;
    private static final int ROW = 2;
    private static final int COLUMN = 3;
    private static final int ORDER = 4;

    private final TrainingSpec spec;
    private final long seed;

    public Mixing(TrainingSpec spec, long seed) {
        this.spec = spec;
        this.seed = seed;
    }

    /**
     * A box of an image: rows {@code top} to {@code bottom} - 1, columns {@code left} to {@code right} - 1; it may be empty.
     */
    record Box(int top, int bottom, int left, int right) {
        /** A box around a place with the share 1 − {@code share} of the image, cut off at the image's border. */
        static Box of(int height, int width, double share, int row, int column) {
            double side = Math.sqrt(1 - share);
            int h = (int) (height * side);
            int w = (int) (width * side);
            return new Box(
                    Math.max(0, row - h / 2),
                    Math.min(height, row + h / 2),
                    Math.max(0, column - w / 2),
                    Math.min(width, column + w / 2));
        }

        /** Share of an image that lies outside. */
        double outside(int height, int width) {
            return 1 - (double) (bottom - top) * (right - left) / ((double) height * width);
        }

        /** 1 for each pixel of an image that lies inside, 0 for the others; row by row. */
        float[] inside(int height, int width) {
            float[] out = new float[height * width];
            for (int row = top; row < bottom; row++) {
                Arrays.fill(out, row * width + left, row * width + right, 1);
            }
            return out;
        }
    }

    /**
     * What a batch is mixed with, where the computing happens. It is made with the batch: a step that sent it to a GPU would wait for all
     * that the GPU still has to do.
     *
     * @param order images that these are mixed with, int64 [n]
     * @param labels theirs, int64 [n]
     * @param theirs 1 where a pixel is pasted and 0 elsewhere, [1, 1, H, W]; null to blend whole images
     * @param share of the images' own labels
     */
    public record Mix(
            NDArray order, NDArray labels, @Nullable NDArray theirs, double share) {}

    /**
     * What is drawn for a batch; null where its images are not mixed.
     *
     * @param manager of new arrays
     * @param labels [n]
     * @param images [n, 3, H, W]
     * @param step number of the step, from 0
     */
    public @Nullable Mix drawn(NDManager manager, int[] labels, Shape images, long step) {
        if (!spec.mixes()) {
            return null;
        }
        Draws draws = new Draws(seed, PURPOSE, step);
        boolean blends = blends(spec.mixup(), spec.cutmix(), draws);
        double share = share(blends ? spec.mixup() : spec.cutmix(), draws);
        int n = labels.length;
        int[] order = draws.order(ORDER, n);
        NDArray theirs = null;
        if (!blends) {
            int height = Math.toIntExact(images.get(2));
            int width = Math.toIntExact(images.get(3));
            Box box = Box.of(height, width, share, draws.below(ROW, height), draws.below(COLUMN, width));
            share = box.outside(height, width);
            theirs = Torch.floats(manager, box.inside(height, width), 1, 1, height, width);
        }
        return new Mix(
                Torch.longs(manager, Arrays.stream(order).asLongStream().toArray(), n),
                Torch.longs(
                        manager, Arrays.stream(order).mapToLong(i -> labels[i]).toArray(), n),
                theirs,
                share);
    }

    /**
     * The batch to learn from; the given one where nothing is asked for. Moves nothing to the device.
     *
     * @param manager of new arrays
     * @param seen one view, [n, 3, H, W] where images are mixed
     * @param mix of its images; null for none
     */
    public Seen mixed(NDManager manager, Seen seen, @Nullable Mix mix) {
        Double smoothing = spec.labelSmoothing();
        double even = smoothing == null ? 0 : smoothing;
        if (mix == null) {
            return even == 0 ? seen : new Seen(seen.views(), seen.labels(), seen.classes(), new Targets(even, null, 1));
        }
        NDArray images = seen.views().get(0);
        NDArray others = Nn.rows(images.reshape(seen.size(), -1), mix.order).reshape(images.getShape());
        NDArray theirs = mix.theirs == null ? Torch.scalar(manager, 1 - mix.share) : mix.theirs;
        NDArray ours = mix.theirs == null
                ? Torch.scalar(manager, mix.share)
                : Torch.scalar(manager, 1).sub(theirs);
        NDArray mixed = images.mul(ours).add(others.mul(theirs));
        return new Seen(List.of(mixed), seen.labels(), seen.classes(), new Targets(even, mix.labels, mix.share));
    }

    private static boolean blends(@Nullable Double mixup, @Nullable Double cutmix, Draws draws) {
        return mixup != null && (cutmix == null || draws.happens(COIN, 0.5));
    }

    /** From Beta(α, α), by the inverse of its distribution. */
    static double share(@Nullable Double alpha, Draws draws) {
        double a = alpha == null ? 1 : alpha;
        return new BetaDistribution(a, a).inverseCumulativeProbability(draws.uniform(SHARE));
    }
}
