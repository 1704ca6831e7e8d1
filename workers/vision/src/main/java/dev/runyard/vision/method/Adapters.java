package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.model.BlockMethod;
import dev.runyard.spec.model.BlockMethod.Insertion;
import dev.runyard.vision.backbone.vit.Bottleneck;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Adapters inside the blocks of the frozen tower; see {@link Bottleneck} for what they compute.
 *
 * <p>serial (Houlsby et al. 2019; google-research/adapter-bert, modeling.py): two a block, weights normal with deviation 1e-3, cut at two
 * deviations, biases 0, and the blocks' norms trained. parallel (AdaptFormer, Chen et al. 2022; ShoufaChen/AdaptFormer,
 * models/adapter.py with the settings of its main_image.py): one beside each MLP, without a norm of its own, {@code down} uniform within
 * 1/√D, all else 0. Neither has dropout here.
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

    private final Tower tower;
    private final Classifier classifier;
    private final Tensors constants;

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
            for (String place : serial ? List.of("attn", "mlp") : List.of("beside")) {
                String name = Tower.PREFIX + "blocks." + i + ".adapter." + place + ".";
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
        return State.of(init);
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        return classifier.scores(leaves.and(buffers()), tower.embedding(leaves.and(constants), pixels));
    }
}
