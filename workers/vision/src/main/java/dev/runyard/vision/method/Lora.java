package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.BlockMethod;
import dev.runyard.spec.model.BlockMethod.Target;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * LoRA (Hu et al. 2021, §4; microsoft/LoRA, loralib/layers.py): a layer's frozen W is used as W + alpha/r · B·A, A [r, in] uniform within
 * 1/√in and B [out, r] 0 at first, so that it begins as the backbone is. No dropout, no biases. Queries, keys and values have matrices
 * of their own, though the tower keeps their weights in one.
 */
final class Lora extends Learned {
    static final Method<BlockMethod.Lora> METHOD = new Method<>(
            BlockMethod.Lora.class,
            (spec, making) -> new Lora(spec, making, making.classifier()),
            (spec, sizes) -> sizes.depth()
                    * layers(spec, name -> sizes.tower().get(name)).stream()
                            .mapToLong(layer -> spec.rank() * (layer.in + layer.out))
                            .sum());

    /** Behind the name of a block, the same as in PEFT. */
    private static final String A = ".lora_A";

    private static final String B = ".lora_B";

    private final FrozenBackbone backbone;
    private final Classifier classifier;
    private final List<Layer> layers;
    private final NDArray scale;

    /**
     * A linear layer of a block.
     *
     * @param weight the tower's tensor that holds it
     * @param third which third of that tensor's rows it is; -1 for all
     */
    record Layer(String name, String weight, int third, long in, long out) {}

    private Lora(BlockMethod.Lora spec, Making making, Classifier classifier) {
        super(making.manager(), init(spec, making).and(classifier.parameters()));
        this.classifier = classifier;
        backbone = making.backbone();
        layers = layers(spec, shapes(backbone.weights()));
        scale = Torch.scalar(making.manager(), spec.alpha() / spec.rank());
    }

    static List<Layer> layers(BlockMethod.Lora spec, Function<String, List<Long>> frozen) {
        List<Layer> out = new ArrayList<>();
        for (Target target : Target.values()) {
            if (!spec.targets().contains(target)) {
                continue;
            }
            switch (target) {
                case Q -> out.add(layer(frozen, "attn.q", "attn.qkv.weight", 0));
                case K -> out.add(layer(frozen, "attn.k", "attn.qkv.weight", 1));
                case V -> out.add(layer(frozen, "attn.v", "attn.qkv.weight", 2));
                case O -> out.add(layer(frozen, "attn.proj", "attn.proj.weight", -1));
                case MLP -> {
                    out.add(layer(frozen, "mlp.fc1", "mlp.fc1.weight", -1));
                    out.add(layer(frozen, "mlp.fc2", "mlp.fc2.weight", -1));
                }
            }
        }
        return out;
    }

    /** Of tensors that are there. */
    static Function<String, List<Long>> shapes(Tensors tensors) {
        return name ->
                Arrays.stream(tensors.get(name).getShape().getShape()).boxed().toList();
    }

    private static Layer layer(Function<String, List<Long>> frozen, String name, String weight, int third) {
        List<Long> shape = frozen.apply("blocks.0." + weight); // [out, in], or three of them
        return new Layer(name, weight, third, shape.get(1), third < 0 ? shape.get(0) : shape.get(0) / 3);
    }

    private static State init(BlockMethod.Lora spec, Making making) {
        int width = making.backbone().shape().width();
        if (spec.rank() > width) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "method.rank",
                    spec.rank(),
                    "is larger than the width of the backbone's tokens (" + width + ")",
                    "use at most " + width);
        }
        Init init = new Init(making.manager(), making.seed());
        for (int i = 0; i < making.backbone().shape().depth(); i++) {
            for (Layer layer : layers(spec, shapes(making.backbone().weights()))) {
                String name = "blocks." + i + "." + layer.name;
                init.uniform(name + A, 1 / Math.sqrt(layer.in), spec.rank(), layer.in);
                init.constant(name + B, 0, layer.out, spec.rank());
            }
        }
        return State.of(init);
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        Tensors changed = changed(backbone.weights(), backbone.shape().depth(), layers, leaves, scale);
        NDArray embedding =
                backbone.transformer().encode(changed, pixels, null, false).embedding(); // [n, d]
        return classifier.scores(leaves.and(buffers()), embedding);
    }

    /** The tower's weights with what is added to each layer of each block. */
    static Tensors changed(Tensors frozen, int depth, List<Layer> layers, Tensors leaves, NDArray scale) {
        Map<String, NDArray> all = new LinkedHashMap<>(frozen.byName());
        for (int i = 0; i < depth; i++) {
            String block = "blocks." + i + ".";
            for (Layer layer : layers) {
                NDArray change = leaves.get(block + layer.name + B)
                        .matMul(leaves.get(block + layer.name + A))
                        .mul(scale); // [out, in]
                NDArray whole = layer.third < 0 ? change : third(change, layer.third);
                all.merge(block + layer.weight, whole, NDArray::add);
            }
        }
        return new Tensors(all);
    }

    /** [D, in] as one third of [3D, in], which is 0 elsewhere. */
    private static NDArray third(NDArray change, int which) {
        NDManager manager = change.getManager();
        NDList parts = new NDList();
        for (int i = 0; i < 3; i++) {
            parts.add(
                    i == which
                            ? change
                            : manager.zeros(new Shape(change.getShape().getShape())));
        }
        return NDArrays.concat(parts, 0);
    }
}
