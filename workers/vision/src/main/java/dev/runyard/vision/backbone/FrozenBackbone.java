package dev.runyard.vision.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.vision.backbone.vit.AskedEncoder;
import dev.runyard.vision.backbone.vit.Encoder;
import dev.runyard.vision.backbone.vit.VisionTransformer;
import dev.runyard.vision.backbone.vit.VisionTransformer.Encoding;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A vision transformer whose weights never change: no gradient buffer is made for them, and {@link #sha256} of the live arrays is the
 * same before and after any run. Held once a process for each file; runs on several threads may share it.
 */
public final class FrozenBackbone implements AutoCloseable {
    private static final Map<String, FrozenBackbone> OPEN = new HashMap<>();

    private final VitShape shape;
    private final List<String> assumed;
    private final List<String> labels;
    private final VisionTransformer transformer;
    private final NDManager manager;
    private final Tensors weights;
    private final OptionalDouble logitScale;
    private final String sha256;
    private final long parameters;
    /** Of the weights that are left: all, unless they were let go. */
    private final String rest;

    private final Map<String, Tensors> taller = new HashMap<>();
    private final Precision precision;
    private final Encoder encoder;
    private final Map<Precision, FrozenBackbone> others = new EnumMap<>(Precision.class);
    private final AskedEncoder.@Nullable Asked asked;

    private FrozenBackbone(BackboneReader.Read read) {
        shape = read.described().shape();
        assumed = read.described().assumed();
        labels = read.described().labels();
        transformer = new VisionTransformer(shape);
        manager = read.manager();
        weights = read.weights();
        logitScale = read.logitScale();
        sha256 = weights.sha256();
        precision = Precision.FP32;
        encoder = Encoder.of(transformer, weights, precision);
        parameters = parameters(weights);
        rest = sha256;
        asked = null;
        Torch.outlive(manager);
    }

    private FrozenBackbone(VitShape shape, AskedEncoder.Asked asked) {
        this.shape = shape;
        this.asked = asked;
        assumed = List.of();
        labels = List.of();
        transformer = new VisionTransformer(shape);
        manager = Torch.manager();
        weights = new Tensors(Map.of());
        logitScale = OptionalDouble.empty();
        sha256 = asked.sha256();
        precision = Precision.FP32;
        encoder = new AskedEncoder(asked);
        parameters = 0;
        rest = weights.sha256();
    }

    /**
     * A backbone whose weights somebody else holds: it gives embeddings, and gradients at its inputs, and nothing else.
     *
     * @param shape of what it takes and gives; depth and heads are unknown
     */
    public static FrozenBackbone asked(VitShape shape, AskedEncoder.Asked other) {
        Torch.enter();
        return new FrozenBackbone(shape, other);
    }

    /**
     * @param recompute see {@link VisionTransformer#VisionTransformer(VitShape, boolean)}
     * @param alone whether nobody wants the fp32 weights of which the encoder has copies: they go
     */
    private FrozenBackbone(FrozenBackbone exact, Precision precision, boolean recompute, boolean alone) {
        asked = exact.asked;
        shape = exact.shape;
        assumed = exact.assumed;
        labels = exact.labels;
        transformer = recompute ? new VisionTransformer(shape, true) : exact.transformer;
        manager = exact.manager;
        logitScale = exact.logitScale;
        sha256 = exact.sha256;
        parameters = exact.parameters;
        this.precision = precision;
        encoder = Encoder.of(transformer, exact.weights, precision, alone);
        if (alone) {
            Map<String, NDArray> left = new LinkedHashMap<>(exact.weights.byName());
            encoder.copied().forEach(left::remove); // they are gone
            weights = new Tensors(left);
            rest = weights.sha256();
            Torch.giveBack();
        } else {
            weights = exact.weights;
            rest = sha256;
        }
        Torch.outlive(manager);
    }

    private static long parameters(Tensors weights) {
        return weights.byName().entrySet().stream()
                .filter(e -> !e.getKey().startsWith("head."))
                .mapToLong(e -> e.getValue().size())
                .sum();
    }

    /**
     * The backbone of a spec, kept for the next caller with the same unchanged file.
     *
     * @param weights one of {@link BackboneSpec#SHIPPED}, a safetensors file, or a folder with one and its {@code config.json}
     * @throws WeightsException when the tensors are not those of a known vision transformer
     * @throws IOException when the file cannot be read, also with the faults of a damaged safetensors file
     */
    public static FrozenBackbone shared(String weights) throws IOException {
        return shared(weights, null);
    }

    /**
     * As {@link #shared(String)}, for images of another side: the positions are resized by the rule of the backbone's makers, see
     * {@link PositionGrid}. What it computes with is another set of weights, so it has another hash.
     *
     * @param imageSize in px, a multiple of the patch; null for its own
     * @throws InvalidSpec when it is no multiple of the patch
     */
    public static FrozenBackbone shared(String weights, @Nullable Integer imageSize) throws IOException {
        synchronized (OPEN) {
            String key = StoredBackbone.identity(weights) + (imageSize == null ? "" : "|" + imageSize + " px");
            FrozenBackbone open = OPEN.get(key);
            if (open == null) {
                open = open(weights, imageSize);
                OPEN.put(key, open);
            }
            return open;
        }
    }

    /**
     * As {@link #shared(String)}, computing in the precision of the spec. Below fp32, and where nobody has asked for it in fp32 before,
     * the fp32 weights that the computation has copies of are let go.
     */
    public static FrozenBackbone shared(BackboneSpec spec) throws IOException {
        boolean recompute = spec.recompute() == BackboneSpec.Recompute.MLP;
        if (!spec.precision().reduced() && !recompute) {
            return shared(spec.weights(), spec.imageSize()).in(spec.precision());
        }
        synchronized (OPEN) {
            Integer side = spec.imageSize();
            String exact = StoredBackbone.identity(spec.weights()) + (side == null ? "" : "|" + side + " px");
            String key = exact + "|" + spec.precision() + (recompute ? "|recompute" : "");
            FrozenBackbone open = OPEN.get(key);
            if (open == null) {
                FrozenBackbone known = OPEN.get(exact);
                if (recompute) {
                    open = new FrozenBackbone(shared(spec.weights(), side), spec.precision(), true, false);
                } else if (known == null) {
                    open = new FrozenBackbone(open(spec.weights(), side), spec.precision(), false, true);
                } else {
                    open = known.in(spec.precision());
                }
                OPEN.put(key, open);
            }
            return open;
        }
    }

    /**
     * This backbone computing in another precision, over the same weights; closed with this one. In bf16 and fp16 it gives embeddings and
     * gradients alone: attention and images of another height are read in fp32. Tried on CPUs only, on no GPU.
     */
    public synchronized FrozenBackbone in(Precision wanted) {
        if (wanted == precision) {
            return this;
        }
        if (precision != Precision.FP32) {
            throw new IllegalArgumentException("only an fp32 backbone can be had in " + wanted);
        }
        return others.computeIfAbsent(wanted, key -> new FrozenBackbone(this, key, false, false));
    }

    /** As {@link #shared(String)}, but owned by the caller. */
    public static FrozenBackbone open(String weights) throws IOException {
        return open(weights, null);
    }

    /** As {@link #shared(String, Integer)}, but owned by the caller. */
    public static FrozenBackbone open(String weights, @Nullable Integer imageSize) throws IOException {
        Torch.enter();
        try (StoredBackbone stored = StoredBackbone.open(weights)) {
            BackboneReader.Read read = BackboneReader.read(stored.weights(), stored.config());
            return new FrozenBackbone(imageSize == null ? read : sized(read, imageSize));
        }
    }

    private static BackboneReader.Read sized(BackboneReader.Read read, int side) {
        VitShape shape = read.described().shape();
        if (side % shape.patch() != 0) {
            read.manager().close();
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "backbone.imageSize",
                    side,
                    "is no multiple of the patch of " + shape.patch() + " px",
                    "use " + Math.max(1, side / shape.patch()) * shape.patch());
        }
        if (side == shape.imageSize()) {
            return read;
        }
        boolean dino = shape.naming() == Naming.HF_DINOV2
                || (shape.naming() == Naming.TIMM
                        && shape.classes() == 0
                        && !read.weights().has("norm_pre.weight"));
        PositionGrid.Rule rule = dino ? PositionGrid.Rule.DINO : PositionGrid.Rule.TIMM;
        VitShape sized = shape.sized(side);
        Map<String, NDArray> weights = new LinkedHashMap<>(read.weights().byName());
        NDArray old = read.weights().get("pos_embed");
        float[] table = PositionGrid.resized(
                Torch.read(old),
                1 + shape.registers(),
                shape.imageSize() / shape.patch(),
                side / shape.patch(),
                shape.width(),
                rule);
        weights.put("pos_embed", Torch.floats(read.manager(), table, 1, sized.tokens(), shape.width()));
        old.close();
        List<String> assumed = new ArrayList<>(read.described().assumed());
        assumed.add("positions for " + side + " px made of those for " + shape.imageSize() + " px as "
                + (dino ? "DINO does" : "timm does"));
        return new BackboneReader.Read(
                new Described(sized, assumed, read.described().labels()),
                read.manager(),
                new Tensors(weights),
                read.logitScale());
    }

    /**
     * What a file's vision tower is, told by names and shapes alone; empty when it has none.
     *
     * @param configuration the {@code config.json} beside it, which need not exist
     * @throws WeightsException when it begins like one and does not fit
     */
    public static Optional<Described> describe(String file, Safetensors in, Path configuration) throws IOException {
        return BackboneReader.describe(file, in, configuration);
    }

    /**
     * A vision tower as its file tells it.
     *
     * @param assumed what neither the tensors nor a configuration say, and what was taken for it
     * @param labels what the outputs of the head are called; empty where nobody says
     */
    public record Described(VitShape shape, List<String> assumed, List<String> labels) {
        public Described {
            assumed = List.copyOf(assumed);
            labels = List.copyOf(labels);
        }
    }

    /** A sentence for the log on what the file and its configuration leave open; empty when nothing is. */
    public Optional<String> assumption() {
        return assumed.isEmpty()
                ? Optional.empty()
                : Optional.of("backbone.weights: no configuration beside the weights says it all, so assumed: "
                        + String.join(", ", assumed) + "; a config.json with what holds ends the guessing");
    }

    /** What the outputs of the head are called; empty where the configuration does not say. */
    public List<String> labels() {
        return labels;
    }

    public VitShape shape() {
        return shape;
    }

    /** Of names, shapes and values when it was read; a file in half precision and its widened copy have the same. */
    public String sha256() {
        return sha256;
    }

    /** Of the arrays as they are now; nothing that {@link #sha256} can be when a copy in reduced precision changed. */
    public String sha256Now() {
        if (asked != null) {
            return asked.sha256();
        }
        String left = weights.sha256();
        return (left.equals(rest) ? sha256 : left)
                + (encoder.unchanged() ? "" : " with changed copies in " + precision);
    }

    /** Arithmetic of {@link #encode} and {@link #encodeInserted}; all else is fp32. */
    public Precision precision() {
        return precision;
    }

    /** CLIP's ln of the scale in front of the cosine, when the file has one. */
    public OptionalDouble logitScale() {
        return logitScale;
    }

    /** See {@link VisionTransformer#encode}; attention is there in fp32 only. */
    public Encoding encode(NDArray pixels, @Nullable NDArray prompts, boolean withAttention) {
        if (withAttention) {
            exactly("attention");
            return transformer.encode(weights, pixels, prompts, true);
        }
        return new Encoding(encoder.encode(pixels, prompts), null);
    }

    /** See {@link VisionTransformer#encodeInserted}. */
    public NDArray encodeInserted(NDArray pixels, NDArray prompts) {
        return encoder.encodeInserted(pixels, prompts);
    }

    private void exactly(String what) {
        if (asked != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "backbone.encoder",
                    what,
                    "cannot be had of a model server, which gives embeddings and gradients alone",
                    "name the weights themselves");
        }
        if (precision.reduced()) {
            throw new IllegalStateException(what + " is computed in fp32 only, not in " + precision);
        }
    }

    /**
     * Of images that have rows of patches below the model's own image, by a declared rule for their positions.
     *
     * @param pixels [n, 3, H', W], normalised; W is the model's image size and H' that or more, a multiple of the patch
     * @param prompts as in {@link #encode(NDArray, NDArray, boolean)}
     * @return [n, d_out]
     * @throws InvalidSpec when the image has another shape; names the field {@code pixels}
     */
    public NDArray encode(NDArray pixels, @Nullable NDArray prompts, PositionPolicy policy) {
        exactly("an embedding by a rule for positions");
        if (shape.registers() > 0) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "pixels",
                    pixels.getShape(),
                    "cannot be taller on a tower with register tokens",
                    "use a backbone without them");
        }
        int rows = rows(pixels.getShape());
        return transformer.encode(taller(rows, policy), pixels, prompts, false).embedding();
    }

    private int rows(Shape pixels) {
        long side = shape.imageSize();
        boolean fits = pixels.dimension() == 4
                && pixels.get(1) == 3
                && pixels.get(3) == side
                && pixels.get(2) >= side
                && pixels.get(2) % shape.patch() == 0;
        if (!fits) {
            throw new InvalidSpec(
                    "DOES_NOT_FIT",
                    "pixels",
                    pixels,
                    "is not [n, 3, H, " + side + "] with H from " + side + " in steps of " + shape.patch(),
                    "lay whole rows of patches below the image");
        }
        return Math.toIntExact(pixels.get(2) / shape.patch());
    }

    /**
     * The positional rows that {@link #encode(NDArray, NDArray, PositionPolicy)} adds.
     *
     * @param rows of patches, those of the model's own image included
     * @return [1 + rows·G, D], row-major, the class token's first
     */
    public float[] positions(int rows, PositionPolicy policy) {
        int grid = shape.imageSize() / shape.patch();
        return Positions.table(Torch.read(weights.get("pos_embed")), grid, shape.width(), rows, policy);
    }

    private Tensors taller(int rows, PositionPolicy policy) {
        if (rows * shape.patch() == shape.imageSize()) {
            return weights;
        }
        synchronized (taller) {
            return taller.computeIfAbsent(policy + " " + rows, key -> {
                int tokens = 1 + rows * (shape.imageSize() / shape.patch());
                NDArray table = Torch.floats(manager, positions(rows, policy), 1, tokens, shape.width());
                NDScope.unregister(table); // outlives the step that asked first
                Map<String, NDArray> all = new LinkedHashMap<>(weights.byName());
                all.put("pos_embed", table);
                return new Tensors(all);
            });
        }
    }

    /** Scores of the model's own head; only when {@link VitShape#classes} is not 0. */
    public NDArray head(NDArray embedding) {
        return transformer.head(weights, embedding);
    }

    /** The network itself, for methods that use it with other tensors than these. */
    public VisionTransformer transformer() {
        return transformer;
    }

    /** The frozen tensors by the transformer's names, without those that were let go; never to be changed. */
    public Tensors weights() {
        return weights;
    }

    /** Numbers in the vision tower: all that full fine-tuning trains but the classifier. */
    public long parameters() {
        return parameters;
    }

    /** A frozen tensor by the transformer's name for it, for example {@code head.weight}. */
    public NDArray tensor(String name) {
        return weights.get(name);
    }

    public boolean has(String name) {
        return weights.has(name);
    }

    @Override
    public synchronized void close() {
        if (precision != Precision.FP32) {
            throw new IllegalStateException("is closed with the fp32 backbone that it was made from");
        }
        others.values().forEach(other -> other.encoder.close());
        manager.close();
        transformer.close();
    }
}
