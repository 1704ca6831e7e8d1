package dev.runyard.vision.backbone.vit;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The whole tower as one call, with the engine's fused attention. In bf16, and likewise in fp16, the patch convolution, the linear
 * layers, the activation and the attention compute in it with fp32 sums; the residual stream, the layer norms, the projection and every gradient that leaves a
 * layer are fp32. The engine cannot show bf16 arrays to Java, so copies are made, and checked, by the module alone.
 */
final class FusedEncoder implements Encoder {
    private static final List<String> REDUCED =
            List.of("attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2"); // of each block; the patch embedding besides

    private final NDManager manager;
    private final FusedModule module;
    private final String cast;
    private final boolean alone;
    private final List<NDArray> weights = new ArrayList<>();
    private final List<NDArray> copies = new ArrayList<>();
    private final NDArray facts;
    private final NDArray eps;
    private final List<String> copied;
    private final Set<String> names = new TreeSet<>();

    /**
     * @param from stay the caller's; those that are not {@link #copied} must outlive this
     * @param alone whether those that are copied are closed here, each when it is, so that they are never all there beside the copies
     */
    FusedEncoder(VitShape shape, Tensors from, Precision precision, boolean alone) {
        this.alone = alone;
        if (shape.registers() > 0) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "backbone.precision",
                    precision.name().toLowerCase(Locale.ROOT),
                    "is not for towers with register tokens",
                    "use precision: fp32");
        }
        manager = Torch.manager();
        module = new FusedModule(manager);
        NDManager cpu = manager.newSubManager(Device.cpu()); // read at every call, which must not wait for a GPU
        boolean preNorm = from.has("norm_pre.weight");
        long quick = shape.activation() == Activation.QUICK_GELU ? 1 : 0;
        facts = kept(Torch.longs(cpu, new long[] {shape.heads(), quick, preNorm ? 1 : 0}, 3));
        eps = kept(Torch.doubles(cpu, new double[] {shape.eps()}));
        boolean reduce = precision.reduced();
        cast = precision == Precision.FP16 ? "to_fp16" : "to_bf16";
        if (reduce) {
            names.add("patch_embed.weight");
            names.add("patch_embed.bias");
        }
        add(from.get("patch_embed.weight"), reduce);
        NDArray bias = from.find("patch_embed.bias");
        add(bias == null ? kept(manager.zeros(new Shape(shape.width()))) : bias, reduce);
        add(from.get("cls_token"), false);
        add(from.get("pos_embed"), false);
        if (preNorm) {
            pair(from, "norm_pre", false);
        }
        for (int i = 0; i < shape.depth(); i++) {
            for (String layer : List.of("norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2")) {
                pair(from, "blocks." + i + "." + layer, reduce && REDUCED.contains(layer));
            }
        }
        pair(from, "norm", false);
        NDArray projection = from.find("projection");
        if (projection != null) {
            add(projection, false);
        }
        copied = digests();
    }

    private void pair(Tensors from, String name, boolean reduce) {
        if (reduce) {
            names.add(name + ".weight");
            names.add(name + ".bias");
        }
        add(from.get(name + ".weight"), reduce);
        add(from.get(name + ".bias"), reduce);
    }

    private void add(NDArray weight, boolean reduce) {
        NDArray own = kept(reduce ? module.call(cast, weight) : weight.stopGradient()); // the latter shares memory
        if (reduce) {
            copies.add(own);
            if (alone) {
                weight.close();
            }
        }
        weights.add(module.asWeight(own));
    }

    /** Outlives a step that may be under way. */
    private static NDArray kept(NDArray array) {
        NDScope.unregister(array);
        return array;
    }

    @Override
    public NDArray encode(NDArray pixels, @Nullable NDArray prompts) {
        return prompts == null
                ? module.call("plain", weights, facts, eps, pixels)
                : module.call("prompted", weights, facts, eps, pixels, prompts);
    }

    @Override
    public NDArray encodeInserted(NDArray pixels, NDArray prompts) {
        return module.call("inserted", weights, facts, eps, pixels, prompts);
    }

    @Override
    public Set<String> copied() {
        return Set.copyOf(names);
    }

    @Override
    public boolean unchanged() {
        return digests().equals(copied);
    }

    /** In less than fp32; see the class. */
    List<NDArray> copies() {
        return copies;
    }

    /** Arrays that are its own now. */
    int held() {
        return manager.getManagedArrays().size();
    }

    /** Of the copies' values, each widened without loss. */
    private List<String> digests() {
        List<String> out = new ArrayList<>();
        for (NDArray copy : copies) {
            try (NDArray bare = copy.stopGradient(); // without its name, by which it would be a list
                    NDArray wide = module.call("to_fp32", bare)) {
                out.add(new Tensors(Map.of("copy", wide)).sha256());
            }
        }
        return List.copyOf(out);
    }

    @Override
    public void close() {
        weights.forEach(NDArray::close);
        module.close();
        manager.close();
    }
}
