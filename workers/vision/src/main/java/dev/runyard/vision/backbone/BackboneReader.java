package dev.runyard.vision.backbone;

import ai.djl.ndarray.NDManager;
import dev.runyard.vision.backbone.Layout.Parts;
import dev.runyard.vision.backbone.Layout.Sizes;
import dev.runyard.vision.backbone.VitShape.Activation;
import dev.runyard.vision.backbone.VitShape.Naming;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads a vision transformer by the names and shapes of its tensors; whatever does not fit is refused with a list. */
final class BackboneReader {
    private static final List<Double> CLIP_MEAN = List.of(.48145466, .4578275, .40821073);
    private static final List<Double> CLIP_STD = List.of(.26862954, .26130258, .27577711);
    private static final List<Double> IMAGENET_MEAN = List.of(.485, .456, .406);
    private static final List<Double> IMAGENET_STD = List.of(.229, .224, .225);

    /** What was read. The arrays belong to the manager. */
    record Read(VitShape shape, NDManager manager, Tensors weights, OptionalDouble logitScale) {}

    private final String file;
    private final Safetensors in;
    private final BackboneConfig config;
    private final Naming naming;
    private final EntryReader reader;

    private BackboneReader(String file, Safetensors in, BackboneConfig config) throws IOException {
        this.file = file;
        this.in = in;
        this.config = config;
        this.naming = naming();
        this.reader = new EntryReader(file, in, model());
    }

    static Read read(Path weights, Path configuration) throws IOException {
        try (Safetensors in = Safetensors.open(weights)) {
            BackboneConfig config = BackboneConfig.read(configuration);
            return new BackboneReader(String.valueOf(weights.getFileName()), in, config).read();
        }
    }

    private Naming naming() throws IOException {
        for (Naming candidate : Naming.values()) {
            if (in.has(Layout.patchWeight(candidate))) {
                return candidate;
            }
        }
        throw new WeightsException(file + ": holds no vision transformer: none of "
                + String.join(
                        ", ",
                        List.of(Naming.values()).stream()
                                .map(Layout::patchWeight)
                                .toList())
                + " is among its " + in.tensors().size() + " tensors");
    }

    /** What a vision tower's tensors say of it, none of them read; empty when the file has none. */
    static Optional<VitShape> describe(String file, Safetensors in, BackboneConfig config) throws IOException {
        boolean any = List.of(Naming.values()).stream().anyMatch(naming -> in.has(Layout.patchWeight(naming)));
        return any ? Optional.of(new BackboneReader(file, in, config).plan().shape) : Optional.empty();
    }

    private record Plan(VitShape shape, List<Entry> entries) {}

    private Read read() throws IOException {
        Plan plan = plan();
        NDManager manager = Torch.manager();
        return new Read(plan.shape, manager, new Tensors(reader.load(manager, plan.entries)), reader.logitScale());
    }

    private Plan plan() throws IOException {
        List<Long> patch = reader.shape(Layout.patchWeight(naming), 4);
        long width = patch.get(0);
        List<Long> positions =
                reader.shape(Layout.positions(naming), naming == Naming.TIMM || naming == Naming.TORCHVISION ? 3 : 2);
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
            embedding = naming == Naming.OPENAI_CLIP ? p.get(1) : p.get(0);
        }
        long classes =
                parts.head() ? reader.shape(Layout.head(naming) + ".weight", 2).get(0) : 0;
        Sizes sizes = new Sizes(width, patch.get(2), tokens, depth, hidden, embedding, classes);
        List<Entry> entries = Layout.entries(naming, sizes, parts, oldMlp);
        reader.compare(entries, name -> Layout.elsewhere(naming, name));
        return new Plan(shape(sizes, parts), entries);
    }

    private Parts parts() {
        boolean preNorm = in.has(Layout.preNorm(naming) + ".weight");
        boolean clip = naming == Naming.OPENAI_CLIP || naming == Naming.HF_CLIP;
        boolean head = !clip && in.has(Layout.head(naming) + ".weight");
        boolean headBias = in.has(Layout.head(naming) + ".bias");
        // timm keeps CLIP's projection under the name of a head, without a bias.
        boolean projected = clip ? in.has(Layout.projection(naming)) : head && preNorm && !headBias;
        String patchBias = Layout.patchWeight(naming).replaceAll("weight$", "bias");
        return new Parts(in.has(patchBias), preNorm || clip, projected, head && !projected, headBias);
    }

    private VitShape shape(Sizes s, Parts parts) throws WeightsException {
        int width = Math.toIntExact(s.width());
        boolean clip = parts.preNorm();
        if (config.heads().isEmpty() && width % 64 != 0) {
            throw new WeightsException(file + ": the number of attention heads cannot be told from a width of " + width
                    + "; put a config.json with \"heads\" beside it");
        }
        int heads = config.heads().orElse(width / 64);
        if (width % heads != 0) {
            throw new WeightsException(file + ": " + heads + " heads do not divide the width of " + width);
        }
        int patch = Math.toIntExact(s.patch());
        int grid = (int) Math.round(Math.sqrt((double) s.tokens() - 1));
        if (grid < 1 || (long) grid * grid + 1 != s.tokens()) {
            throw new WeightsException(
                    file + ": " + s.tokens() + " positions are not a square of patches and a class token");
        }
        int image = grid * patch;
        check("image_size", config.imageSize().orElse(image), image);
        check("patch", config.patch().orElse(patch), patch);
        boolean imagenet = naming == Naming.TORCHVISION || (naming == Naming.TIMM && s.classes() == 0 && !clip);
        List<Double> half = List.of(.5, .5, .5);
        return new VitShape(
                naming,
                patch,
                width,
                Math.toIntExact(s.depth()),
                heads,
                image,
                config.activation().orElse(clip ? Activation.QUICK_GELU : Activation.GELU),
                config.eps().orElse(clip ? 1e-5 : 1e-6),
                config.channels("mean").orElse(clip ? CLIP_MEAN : imagenet ? IMAGENET_MEAN : half),
                config.channels("std").orElse(clip ? CLIP_STD : imagenet ? IMAGENET_STD : half),
                Math.toIntExact(s.embedding()),
                Math.toIntExact(s.classes()));
    }

    private void check(String field, int configured, int found) throws WeightsException {
        if (configured != found) {
            throw new WeightsException(
                    file + ": config.json says " + field + " " + configured + ", the tensors say " + found);
        }
    }

    private String model() {
        return switch (naming) {
            case OPENAI_CLIP -> "a vision tower as OpenAI's CLIP names it";
            case HF_CLIP -> "a vision tower as Hugging Face's CLIP names it";
            case TIMM -> "a vision transformer as timm and DINO name it";
            case TORCHVISION -> "a vision transformer as torchvision names it";
        };
    }
}
