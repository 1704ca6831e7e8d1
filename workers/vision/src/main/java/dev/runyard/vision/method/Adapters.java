package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.model.BlockMethod;
import dev.runyard.spec.model.BlockMethod.Insertion;
import dev.runyard.vision.backbone.vit.Bottleneck;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Adapters inside the blocks of the frozen tower; see {@link Bottleneck} for what they compute.
 *
 * <p>serial (Houlsby et al. 2019; google-research/adapter-bert, modeling.py): two a block, weights normal with deviation 1e-3, cut at two
 * deviations, biases 0, and the blocks' norms trained. parallel (AdaptFormer, Chen et al. 2022; ShoufaChen/AdaptFormer,
 * models/adapter.py with the settings of its main_image.py): one beside each MLP, without a norm of its own, {@code down} uniform within
 * 1/√D, all else 0. Dropout, where it is asked for, is behind the activation of either, as in adapter.py: what is left out is a function of the
 * seed and the number of steps, and what is left is divided by its share.
 */
final class Adapters extends Learned {
    static final Method<BlockMethod.Adapter> METHOD = new Method<>(
            BlockMethod.Adapter.class,
            (spec, making) -> new Adapters(spec, making, making.classifier()),
            (spec, sizes) -> {
                long d = sizes.width();
                long m = spec.bottleneck();
                long one = 2 * d * m + m + d;
                boolean serial = spec.insertion() == Insertion.SERIAL;
                long norms = Boolean.TRUE.equals(spec.norms()) ? 4 * d : 0;
                return sizes.depth() * (serial ? 2 * one + norms : one);
            });

    private static final double DEVIATION = 1e-3;
    private static final String STEPS = "adapter.steps";

    /** No epoch: batches and augmentations count theirs from 0, first values have -1, places of patches -2. */
    private static final long PURPOSE = -3;

    private static final long UNKNOWN = -1;

    private final BlockMethod.Adapter spec;
    private final VitShape shape;
    private final long seed;
    private final Tower tower;
    private final Classifier classifier;
    private final Tensors constants;
    /** Read once, when a checkpoint or a file has filled the array behind it, and counted beside it from then on. */
    private long steps = UNKNOWN;

    private Adapters(BlockMethod.Adapter spec, Making making, Classifier classifier) {
        super(
                making.manager(),
                init(spec, making)
                        .and(
                                Boolean.TRUE.equals(spec.norms())
                                        ? new Tower(making.backbone()).copies(making.manager(), Adapters::norm)
                                        : Map.of())
                        .and(classifier.parameters()));
        this.classifier = classifier;
        this.spec = spec;
        shape = making.backbone().shape();
        seed = making.seed();
        tower = new Tower(making.backbone());
        constants = spec.insertion() == Insertion.SERIAL
                ? new Tensors(Map.of())
                : new Tensors(Map.of(
                        Tower.PREFIX + Bottleneck.SCALE,
                        Torch.scalar(making.manager(), Objects.requireNonNull(spec.scale()))));
    }

    private static boolean norm(String name) {
        return name.startsWith("blocks.") && (name.contains(".norm1.") || name.contains(".norm2."));
    }

    private static State init(BlockMethod.Adapter spec, Making making) {
        VitShape shape = making.backbone().shape();
        Init init = new Init(making.manager(), making.seed());
        int d = shape.width();
        int m = spec.bottleneck();
        boolean serial = spec.insertion() == Insertion.SERIAL;
        for (int i = 0; i < shape.depth(); i++) {
            for (String place : places(spec)) {
                String name = name(i, place);
                if (serial) {
                    init.clippedNormal(name + "down.weight", DEVIATION, m, d);
                    init.clippedNormal(name + "up.weight", DEVIATION, d, m);
                } else {
                    init.uniform(name + "down.weight", 1 / Math.sqrt(d), m, d);
                    init.constant(name + "up.weight", 0, d, m);
                }
                init.constant(name + "down.bias", 0, m);
                init.constant(name + "up.bias", 0, d);
            }
        }
        // How many steps were made decides what is left out; counted here, it is part of every checkpoint.
        return spec.dropout() == null
                ? State.of(init)
                : new State(init.parameters(), Map.of(STEPS, Torch.longs(making.manager(), new long[1])));
    }

    private static List<String> places(BlockMethod.Adapter spec) {
        return spec.insertion() == Insertion.SERIAL ? List.of("attn", "mlp") : List.of("beside");
    }

    private static String name(int block, String place) {
        return Tower.PREFIX + "blocks." + block + ".adapter." + place + ".";
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        Tensors w = leaves.and(constants);
        if (training && spec.dropout() != null) {
            w = w.and(new Tensors(masks(spec.dropout(), pixels)));
        }
        return classifier.scores(leaves.and(buffers()), tower.embedding(w, pixels));
    }

    /** One for each adapter: 0 where a number is left out, else 1 / (1 − dropout). */
    private Map<String, NDArray> masks(double dropout, NDArray pixels) {
        if (steps == UNKNOWN) {
            steps = Torch.readLongs(buffers().get(STEPS))[0];
        }
        Draws step = new Draws(seed, PURPOSE, steps);
        buffers().get(STEPS).addi(buffers().get("one"));
        steps++;
        long images = pixels.getShape().get(0);
        int numbers = Math.toIntExact(images * shape.tokens() * spec.bottleneck());
        Map<String, NDArray> out = new LinkedHashMap<>();
        for (int i = 0; i < shape.depth(); i++) {
            for (String place : places(spec)) {
                float[] mask = mask(step.view(out.size()), numbers, dropout);
                out.put(
                        name(i, place) + Bottleneck.MASK,
                        Torch.floats(pixels.getManager(), mask, images, shape.tokens(), spec.bottleneck()));
            }
        }
        return out;
    }

    /** So many numbers of which each is 0 with that chance, else as much larger as makes their mean 1. */
    static float[] mask(Draws draws, int numbers, double dropout) {
        float kept = (float) (1 / (1 - dropout));
        float[] mask = new float[numbers];
        for (int k = 0; k < numbers; k++) {
            mask[k] = draws.happens(k, dropout) ? 0 : kept;
        }
        return mask;
    }
}
