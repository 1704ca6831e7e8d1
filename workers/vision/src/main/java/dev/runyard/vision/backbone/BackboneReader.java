package dev.runyard.vision.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.backbone.Layout.Entry;
import dev.runyard.vision.backbone.Layout.Parts;
import dev.runyard.vision.backbone.Layout.Sizes;
import dev.runyard.vision.backbone.VitShape.Activation;
import dev.runyard.vision.backbone.VitShape.Naming;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

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

    private BackboneReader(String file, Safetensors in, BackboneConfig config) throws IOException {
        this.file = file;
        this.in = in;
        this.config = config;
        this.naming = naming();
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

    private Read read() throws IOException {
        List<Long> patch = shape(Layout.patchWeight(naming), 4);
        long width = patch.get(0);
        List<Long> positions =
                shape(Layout.positions(naming), naming == Naming.TIMM || naming == Naming.TORCHVISION ? 3 : 2);
        long tokens = positions.get(positions.size() - 2);
        long depth = depth();
        boolean oldMlp = naming == Naming.TORCHVISION && in.has(Layout.blocks(naming) + "0.mlp.linear_1.weight");
        String firstMlp = Layout.blocks(naming) + "0."
                + (oldMlp ? "mlp.linear_1" : Layout.mlp(naming).get(0)) + ".weight";
        long hidden = shape(firstMlp, 2).get(0);
        Parts parts = parts();
        long embedding = width;
        if (parts.projection()) {
            List<Long> p = shape(Layout.projection(naming), 2);
            embedding = naming == Naming.OPENAI_CLIP ? p.get(1) : p.get(0);
        }
        long classes = parts.head() ? shape(Layout.head(naming) + ".weight", 2).get(0) : 0;
        Sizes sizes = new Sizes(width, patch.get(2), tokens, depth, hidden, embedding, classes);
        List<Entry> entries = Layout.entries(naming, sizes, parts, oldMlp);
        compare(entries);
        VitShape shape = shape(sizes, parts);
        NDManager manager = Torch.manager();
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (Entry entry : entries) {
            arrays.put(entry.name(), load(manager, entry));
        }
        OptionalDouble scale = in.has("logit_scale") && in.info("logit_scale").elements() == 1
                ? OptionalDouble.of(in.finiteFloats("logit_scale")[0])
                : OptionalDouble.empty();
        return new Read(shape, manager, new Tensors(arrays), scale);
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

    private long depth() {
        String prefix = Layout.blocks(naming);
        long depth = 0;
        for (String name : in.tensors().keySet()) {
            if (name.startsWith(prefix)) {
                String rest = name.substring(prefix.length());
                int dot = rest.indexOf('.');
                if (dot > 0 && dot <= 4 && rest.substring(0, dot).chars().allMatch(Character::isDigit)) {
                    depth = Math.max(depth, 1 + Long.parseLong(rest.substring(0, dot)));
                }
            }
        }
        return Math.max(1, depth);
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

    private List<Long> shape(String name, int axes) throws IOException {
        if (!in.has(name)) {
            throw WeightsException.of(file, model(), List.of(name + " is missing"));
        }
        List<Long> shape = in.info(name).shape();
        if (shape.size() != axes || shape.stream().anyMatch(a -> a < 1 || a > 1 << 24)) {
            throw WeightsException.of(
                    file, model(), List.of(name + " has shape " + shape + ", wanted " + axes + " axes"));
        }
        return shape;
    }

    private void compare(List<Entry> entries) throws IOException {
        List<String> differences = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (Entry entry : entries) {
            List<Long> wanted = new ArrayList<>(entry.shape());
            wanted.set(0, wanted.get(0) / entry.sources().size());
            for (String source : entry.sources()) {
                known.add(source);
                if (!in.has(source)) {
                    differences.add(source + " is missing, wanted " + wanted);
                } else if (!in.info(source).shape().equals(wanted)) {
                    differences.add(source + " has shape " + in.info(source).shape() + ", wanted " + wanted);
                } else if (!in.info(source).dtype().floating()) {
                    differences.add(source + " is " + in.info(source).dtype() + ", wanted floating");
                }
            }
        }
        for (String name : in.tensors().keySet()) {
            if (!known.contains(name) && !Layout.elsewhere(naming, name)) {
                differences.add(name + " is not part of it");
            }
        }
        if (!differences.isEmpty()) {
            throw WeightsException.of(file, model(), differences);
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

    private NDArray load(NDManager manager, Entry entry) throws IOException {
        long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
        float[] values;
        if (entry.sources().size() == 1) {
            values = in.finiteFloats(entry.sources().get(0));
        } else {
            int total = 1;
            for (long axis : shape) {
                total = Math.multiplyExact(total, Math.toIntExact(axis));
            }
            values = new float[total];
            int at = 0;
            for (String source : entry.sources()) {
                float[] part = in.finiteFloats(source);
                System.arraycopy(part, 0, values, at, part.length);
                at += part.length;
            }
        }
        if (entry.transposed()) {
            int rows = Math.toIntExact(shape[0]);
            int columns = Math.toIntExact(shape[1]);
            float[] turned = new float[values.length];
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    turned[c * rows + r] = values[r * columns + c];
                }
            }
            return Torch.floats(manager, turned, columns, rows);
        }
        return Torch.floats(manager, values, shape);
    }
}
