package dev.runyard.vision.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.backbone.weights.BackboneConfig;
import dev.runyard.vision.backbone.weights.Entry;
import dev.runyard.vision.backbone.weights.EntryReader;
import dev.runyard.vision.backbone.weights.LayerScale;
import dev.runyard.vision.backbone.weights.Layout;
import dev.runyard.vision.backbone.weights.Layout.Parts;
import dev.runyard.vision.backbone.weights.Layout.Sizes;
import dev.runyard.vision.backbone.weights.OtherModels;
import dev.runyard.vision.backbone.weights.Prefix;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.image.Resize.Filter;
import dev.runyard.vision.image.TestTransform;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Reads a vision transformer by the names and shapes of its tensors; whatever does not fit is refused with a list. */
final class BackboneReader {
    private static final List<Double> CLIP_MEAN = List.of(.48145466, .4578275, .40821073);
    private static final List<Double> CLIP_STD = List.of(.26862954, .26130258, .27577711);
    private static final List<Double> IMAGENET_MEAN = List.of(.485, .456, .406);
    private static final List<Double> IMAGENET_STD = List.of(.229, .224, .225);

    /** Wider towers than this have 64, 72, 80, 88 or 104 numbers a head, which nothing in the tensors tells. */
    private static final int WIDEST_ASSUMED = 1_024;

    /** What was read. The arrays belong to the manager. */
    record Read(FrozenBackbone.Described described, NDManager manager, Tensors weights, OptionalDouble logitScale) {}

    private final String file;
    private final Safetensors in;
    private final BackboneConfig config;
    private final Naming naming;
    private final EntryReader reader;
    private final List<String> assumed = new ArrayList<>();

    private BackboneReader(String file, Safetensors in, Path configuration) throws IOException {
        this.file = file;
        this.in = in;
        this.naming = naming();
        this.config = BackboneConfig.read(configuration, naming);
        this.reader = new EntryReader(file, in, model());
    }

    static Read read(Path weights, Path configuration) throws IOException {
        try (Safetensors in = Safetensors.open(weights)) {
            return new BackboneReader(String.valueOf(weights.getFileName()), in, configuration).read();
        }
    }

    private Naming naming() throws IOException {
        for (Naming candidate : Naming.values()) {
            if (in.has(Layout.patchWeight(candidate))) {
                return candidate;
            }
        }
        String signs = OtherModels.signs(in.tensors().keySet());
        throw new WeightsException(file + ": holds no vision transformer that is read here: "
                + (signs.isEmpty() ? "" : "it has " + signs + ", and ")
                + "none of "
                + String.join(
                        ", ",
                        List.of(Naming.values()).stream()
                                .map(Layout::patchWeight)
                                .toList())
                + " is among its " + in.tensors().size() + " tensors");
    }

    /** What a vision tower's tensors say of it, none of them read; empty when the file has none. */
    static Optional<FrozenBackbone.Described> describe(String file, Safetensors in, Path configuration)
            throws IOException {
        boolean any = List.of(Naming.values()).stream().anyMatch(naming -> in.has(Layout.patchWeight(naming)));
        return any ? Optional.of(new BackboneReader(file, in, configuration).plan().described) : Optional.empty();
    }

    private record Plan(FrozenBackbone.Described described, List<Entry> entries, Prefix prefix) {}

    private Read read() throws IOException {
        Plan plan = plan();
        VitShape shape = plan.described.shape();
        NDManager manager = Torch.manager();
        Map<String, NDArray> weights = reader.load(manager, plan.entries);
        LayerScale.fold(weights, shape.depth(), manager);
        plan.prefix.settle(weights, shape.width(), manager);
        return new Read(plan.described, manager, new Tensors(weights), reader.logitScale());
    }

    private Plan plan() throws IOException {
        config.refuseOthers();
        String signs = OtherModels.signs(in, naming);
        if (!signs.isEmpty()) {
            throw new WeightsException(
                    file + ": has " + signs + "; only plain vision transformers with a class token are read");
        }
        List<Long> patch = reader.shape(Layout.patchWeight(naming), 4);
        long width = patch.get(0);
        List<Long> positions = reader.shape(Layout.positions(naming), Layout.positionAxes(naming));
        if (!in.has(Layout.classToken(naming))) {
            throw new WeightsException(file + ": has no class token (" + Layout.classToken(naming)
                    + "); towers that pool otherwise, as SigLIP's, are not read");
        }
        long tokens = positions.get(positions.size() - 2);
        long depth = reader.depth(Layout.blocks(naming));
        boolean oldMlp = naming == Naming.TORCHVISION && in.has(Layout.blocks(naming) + "0.mlp.linear_1.weight");
        String firstMlp = Layout.blocks(naming) + "0."
                + (oldMlp ? "mlp.linear_1" : Layout.mlp(naming).get(0)) + ".weight";
        long hidden = reader.shape(firstMlp, 2).get(0);
        Parts parts = parts();
        long embedding = width;
        if (parts.projection()) {
            List<Long> p = reader.shape(Layout.projection(naming), 2);
            embedding = Layout.turned(naming) ? p.get(0) : p.get(1);
        }
        long classes =
                parts.head() ? reader.shape(Layout.head(naming) + ".weight", 2).get(0) : 0;
        Sizes sizes = new Sizes(width, patch.get(2), tokens, depth, hidden, embedding, classes);
        List<Entry> entries = Layout.entries(naming, sizes, parts, oldMlp);
        reader.compare(
                entries,
                name -> Layout.elsewhere(naming, name)
                        || (parts.projection() && name.equals(Layout.head(naming) + ".bias")));
        Prefix prefix = Prefix.of(tokens, Math.toIntExact(parts.registers()))
                .orElseThrow(() -> new WeightsException(file + ": " + tokens
                        + " positions are not those of a class token and a square of patches; those of other images"
                        + " than squares are not read"));
        int registers = prefix.registers();
        check("reg_tokens", config.registers().orElse(registers), registers);
        if (config.patchPositionsOnly() && prefix.positioned() != 0) {
            throw new WeightsException(file + ": has positions for the class token, and " + config.file()
                    + " says that it has none (no_embed_class); they do not belong together");
        }
        if (config.dinov2() && naming != Naming.HF_DINOV2) {
            throw new WeightsException(config.file() + ": is of Hugging Face's DINOv2, and the tensors of " + file
                    + " are named otherwise");
        }
        VitShape shape = shape(sizes, parts, prefix);
        return new Plan(
                new FrozenBackbone.Described(shape, List.copyOf(assumed), config.labels((int) classes)),
                entries,
                prefix);
    }

    private Parts parts() throws IOException {
        boolean preNorm = in.has(Layout.preNorm(naming) + ".weight");
        boolean clip = naming == Naming.OPENAI_CLIP || naming == Naming.HF_CLIP;
        boolean head = !clip && in.has(Layout.head(naming) + ".weight");
        boolean headBias = in.has(Layout.head(naming) + ".bias");
        // timm keeps CLIP's projection under the name of a head, without a bias or with one of zeros.
        boolean projected = clip ? in.has(Layout.projection(naming)) : head && preNorm && !headBias;
        if (!clip && head && preNorm && headBias && zeros(Layout.head(naming) + ".bias")) {
            projected = true;
            assumed.add("the head to be CLIP's projection, its bias being zero");
        }
        String patchBias = Layout.patchWeight(naming).replaceAll("weight$", "bias");
        String registers = Layout.registers(naming);
        String scale = Layout.firstScale(naming);
        return new Parts(
                in.has(patchBias),
                preNorm || clip,
                projected,
                head && !projected,
                headBias && !projected,
                registers != null && in.has(registers)
                        ? reader.shape(registers, 3).get(1)
                        : 0,
                scale != null && in.has(scale));
    }

    private boolean zeros(String name) throws IOException {
        reader.shape(name, 1);
        for (float value : in.finiteFloats(name)) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    private VitShape shape(Sizes s, Parts parts, Prefix prefix) throws WeightsException {
        int width = Math.toIntExact(s.width());
        boolean clip = parts.preNorm();
        int heads = heads(width);
        int patch = Math.toIntExact(s.patch());
        int image = prefix.grid() * patch;
        check("image_size", config.imageSize().orElse(image), image);
        check("patch", config.patch().orElse(patch), patch);
        check("width", config.width().orElse(width), width);
        check("layers", config.depth().orElse(Math.toIntExact(s.depth())), Math.toIntExact(s.depth()));
        boolean torchvision = naming == Naming.TORCHVISION;
        boolean dinov2 = naming == Naming.HF_DINOV2;
        Optional<Activation> activation = torchvision || dinov2 ? Optional.of(Activation.GELU) : Optional.empty();
        Activation act = config.activation().or(() -> activation).orElseGet(() -> {
            Activation usual = clip ? Activation.QUICK_GELU : Activation.GELU;
            assumed.add("activation " + usual.name().toLowerCase(Locale.ROOT));
            return usual;
        });
        OptionalDouble told = config.eps();
        if (told.isEmpty() && !torchvision && !dinov2) {
            assumed.add("eps " + (clip ? "1e-5" : "1e-6"));
        }
        if (!config.tellsPooling() && !torchvision && !dinov2 && naming != Naming.HF_CLIP) {
            assumed.add("the class token to be pooled");
        }
        boolean imagenet = torchvision || dinov2 || (naming == Naming.TIMM && s.classes() == 0 && !clip);
        if (config.channels("mean").isEmpty() || config.channels("std").isEmpty()) {
            assumed.add("images normalised as " + (clip ? "CLIP's" : imagenet ? "ImageNet's" : "to -1 … 1"));
        }
        List<Double> half = List.of(.5, .5, .5);
        return new VitShape(
                naming,
                patch,
                width,
                Math.toIntExact(s.depth()),
                heads,
                image,
                act,
                told.orElse(clip ? 1e-5 : 1e-6),
                config.channels("mean").orElse(clip ? CLIP_MEAN : imagenet ? IMAGENET_MEAN : half),
                config.channels("std").orElse(clip ? CLIP_STD : imagenet ? IMAGENET_STD : half),
                transform(clip, s.classes() == 0),
                prefix.registers(),
                Math.toIntExact(s.embedding()),
                Math.toIntExact(s.classes()));
    }

    /** Of CLIP, torchvision, DINO or timm, by names and parts, where no configuration says it. */
    private TestTransform transform(boolean clip, boolean headless) throws WeightsException {
        TestTransform usual = clip
                ? TestTransform.CLIP
                : naming == Naming.TORCHVISION
                        ? TestTransform.TORCHVISION
                        : headless || naming == Naming.HF_DINOV2
                                ? TestTransform.DINO
                                : new TestTransform(Filter.BICUBIC, 0.9, false);
        Optional<Filter> filter = config.interpolation();
        OptionalDouble crop = config.crop();
        boolean known = naming == Naming.TORCHVISION || naming == Naming.HF_CLIP || naming == Naming.HF_DINOV2;
        if (!known && (filter.isEmpty() || crop.isEmpty())) {
            assumed.add(String.format(
                    Locale.ROOT,
                    "for transform native a resize by %s of which %s of the side is cut out",
                    filter.orElse(usual.filter()).name().toLowerCase(Locale.ROOT),
                    crop.orElse(usual.crop())));
        }
        return new TestTransform(filter.orElse(usual.filter()), crop.orElse(usual.crop()), clip);
    }

    private int heads(int width) throws WeightsException {
        OptionalInt told = config.heads(width);
        if (told.isEmpty() && naming == Naming.TORCHVISION && width == 1_280) {
            told = OptionalInt.of(16); // vit_h_14, the only one of torchvision without 64 numbers a head
        }
        if (told.isEmpty() && (width % 64 != 0 || width > WIDEST_ASSUMED)) {
            throw new WeightsException(
                    file + ": the number of attention heads cannot be told from a width of " + width
                            + "; put its maker's config.json or open_clip_config.json beside it, or a config.json with \"heads\"");
        }
        if (told.isEmpty() && !(naming == Naming.TORCHVISION && (width == 768 || width == 1_024))) {
            assumed.add(width / 64 + " heads of 64 numbers");
        }
        int heads = told.orElse(width / 64);
        if (width % heads != 0) {
            throw new WeightsException(
                    file + ": the heads of " + config.file() + " do not divide the width of " + width);
        }
        return heads;
    }

    private void check(String field, int configured, int found) throws WeightsException {
        if (configured != found) {
            throw new WeightsException(file + ": the tensors say " + field + " " + found + ", " + config.file()
                    + " says another one; they do not belong together");
        }
    }

    private String model() {
        return switch (naming) {
            case OPENAI_CLIP -> "a vision tower as OpenAI's CLIP names it";
            case HF_CLIP -> "a vision tower as Hugging Face's CLIP names it";
            case TIMM -> "a vision transformer as timm and DINO name it";
            case TORCHVISION -> "a vision transformer as torchvision names it";
            case HF_DINOV2 -> "a vision transformer as Hugging Face's DINOv2 names it";
        };
    }
}
