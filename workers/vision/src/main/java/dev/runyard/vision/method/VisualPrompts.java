package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.MethodSpec.Place;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.Map;

/**
 * Visual prompting (Bahng et al. 2022; hjbahng/visual_prompting, models/prompters.py): learned pixels, N(0, 1) at first, are added to
 * the normalised image before the frozen backbone sees it. Tensors are named as there.
 */
final class VisualPrompts extends Learned {
    static final Method<MethodSpec.VisualPrompt> METHOD = new Method<>(
            MethodSpec.VisualPrompt.class,
            (spec, making) -> of(spec, making.manager(), making.seed(), making.backbone(), making.classifier()),
            (spec, sizes) -> {
                long size = spec.size();
                long side = sizes.shape().imageSize();
                return spec.place() == Place.PADDING ? 3 * 4 * size * (side - size) : 3 * size * size;
            });

    private static final String PATCH = "patch";
    private static final String STEPS = "patch.steps";

    /** No epoch: batches and augmentations count theirs from 0, first values have -1. */
    private static final long PURPOSE = -2;

    private static final long UNKNOWN = -1;

    private final MethodSpec.VisualPrompt spec;
    private final long seed;
    private final FrozenBackbone backbone;
    private final Classifier classifier;
    /** Read once, when a checkpoint or a file has filled the array behind it, and counted beside it from then on. */
    private long steps = UNKNOWN;

    private VisualPrompts(
            MethodSpec.VisualPrompt spec,
            NDManager manager,
            State state,
            long seed,
            FrozenBackbone backbone,
            Classifier classifier) {
        super(manager, state.and(classifier.parameters()));
        this.spec = spec;
        this.seed = seed;
        this.backbone = backbone;
        this.classifier = classifier;
    }

    /** @throws InvalidSpec when the prompt is larger than the backbone's images */
    static VisualPrompts of(
            MethodSpec.VisualPrompt spec,
            NDManager manager,
            long seed,
            FrozenBackbone backbone,
            Classifier classifier) {
        int side = backbone.shape().imageSize();
        int most = spec.place() == Place.PADDING ? (side - 1) / 2 : side - 1;
        if (spec.size() > most) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "method.size",
                    spec.size(),
                    "does not fit into the backbone's images of " + side + " px",
                    "use at most " + most);
        }
        return new VisualPrompts(spec, manager, init(spec, manager, seed, side), seed, backbone, classifier);
    }

    /** @param side of the image in px */
    static State init(MethodSpec.VisualPrompt spec, NDManager manager, long seed, int side) {
        Init init = new Init(manager, seed);
        int size = spec.size();
        if (spec.place() == Place.PADDING) {
            init.normal("pad_up", 1, 1, 3, size, side);
            init.normal("pad_down", 1, 1, 3, size, side);
            init.normal("pad_left", 1, 1, 3, side - 2L * size, size);
            init.normal("pad_right", 1, 1, 3, side - 2L * size, size);
            return State.of(init);
        }
        init.normal(PATCH, 1, 1, 3, size, size);
        // How many steps were made decides the place; counted here, it is part of every checkpoint.
        return spec.place() == Place.FIXED_PATCH
                ? State.of(init)
                : new State(init.parameters(), Map.of(STEPS, Torch.longs(manager, new long[1])));
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        Tensors w = leaves.and(buffers());
        NDArray prompted =
                switch (spec.place()) {
                    case PADDING -> framed(w, pixels);
                    case FIXED_PATCH -> patched(w, pixels, 0, 0);
                    case RANDOM_PATCH -> patchedAnywhere(w, pixels, training);
                };
        return classifier.scores(w, backbone.encode(prompted, null, false).embedding());
    }

    /** The image with the frame {@code pad_up}, {@code pad_down}, {@code pad_left}, {@code pad_right} added to its border. */
    static NDArray framed(Tensors w, NDArray pixels) {
        NDArray left = w.get("pad_left"); // [1, 3, H-2p, p]
        long height = left.getShape().get(2);
        long width = pixels.getShape().get(3) - 2 * left.getShape().get(3);
        NDArray middle = NDArrays.concat(new NDList(left, zeros(pixels, height, width), w.get("pad_right")), 3);
        return pixels.add(NDArrays.concat(new NDList(w.get("pad_up"), middle, w.get("pad_down")), 2));
    }

    /** The image with {@code patch} added, its upper left corner at the given row and column. */
    static NDArray patched(Tensors w, NDArray pixels, long row, long column) {
        NDArray patch = w.get(PATCH); // [1, 3, p, p]
        long size = patch.getShape().get(2);
        long height = pixels.getShape().get(2);
        long width = pixels.getShape().get(3);
        NDArray band = NDArrays.concat(
                new NDList(zeros(pixels, size, column), patch, zeros(pixels, size, width - column - size)), 3);
        return pixels.add(NDArrays.concat(
                new NDList(zeros(pixels, row, width), band, zeros(pixels, height - row - size, width)), 2));
    }

    /** One place for a whole batch, a function of the seed and the number of steps; an evaluation uses the next step's. */
    private NDArray patchedAnywhere(Tensors w, NDArray pixels, boolean training) {
        if (steps == UNKNOWN) {
            steps = Torch.readLongs(w.get(STEPS))[0];
        }
        long step = steps;
        if (training) {
            w.get(STEPS).addi(w.get("one"));
            steps++;
        }
        Draws draws = new Draws(seed, PURPOSE, step);
        int height = Math.toIntExact(pixels.getShape().get(2));
        int width = Math.toIntExact(pixels.getShape().get(3));
        return patched(w, pixels, draws.below(0, height - spec.size()), draws.below(1, width - spec.size()));
    }

    private static NDArray zeros(NDArray pixels, long height, long width) {
        return pixels.getManager().zeros(new Shape(1, 3, height, width), pixels.getDataType());
    }
}
