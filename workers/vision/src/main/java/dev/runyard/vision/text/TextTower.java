package dev.runyard.vision.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.backbone.weights.BackboneConfig;
import dev.runyard.vision.backbone.weights.Entry;
import dev.runyard.vision.backbone.weights.EntryReader;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A frozen text transformer that was read from a file: the other half of a CLIP model. */
public final class TextTower implements AutoCloseable {
    /** {@code eos_token_id} of configurations that were written before it was used: the largest id is meant. */
    private static final int LEGACY_END = 2;

    private final TextTransformer transformer;
    private final NDManager manager;
    private final Tensors weights;
    private final OptionalDouble logitScale;

    private TextTower(TextShape shape, NDManager manager, Tensors weights, OptionalDouble logitScale) {
        this.transformer = new TextTransformer(shape);
        this.manager = manager;
        this.weights = weights;
        this.logitScale = logitScale;
    }

    /** The naming of the text tower in a file; empty when it has none. */
    public static Optional<Naming> naming(Safetensors in) {
        return List.of(Naming.OPENAI_CLIP, Naming.HF_CLIP).stream()
                .filter(naming -> in.has(TextLayout.tokens(naming)))
                .findFirst();
    }

    /**
     * Reads the text tower of a file.
     *
     * @param configuration the {@code config.json} beside it, which need not exist
     * @throws WeightsException when the file has none, or its tensors do not fit
     */
    public static TextTower read(Path weights, Path configuration) throws IOException {
        Torch.enter();
        String file = String.valueOf(weights.getFileName());
        try (Safetensors in = Safetensors.open(weights)) {
            Naming naming = naming(in)
                    .orElseThrow(() -> new WeightsException(file
                            + ": holds no text tower: neither " + TextLayout.tokens(Naming.OPENAI_CLIP) + " nor "
                            + TextLayout.tokens(Naming.HF_CLIP) + " is among its "
                            + in.tensors().size() + " tensors"));
            Plan plan = plan(file, in, naming, BackboneConfig.read(configuration, naming));
            NDManager manager = Torch.manager();
            Tensors read = new Tensors(plan.reader.load(manager, plan.entries));
            Torch.outlive(manager);
            return new TextTower(plan.described.shape(), manager, read, plan.reader.logitScale());
        }
    }

    /**
     * What a file's text tower is, told by names and shapes alone; empty when it has none.
     *
     * @param configuration the {@code config.json} beside it, which need not exist
     * @throws WeightsException when it begins like one and does not fit
     */
    public static Optional<Described> describe(String file, Safetensors in, Path configuration) throws IOException {
        Optional<Naming> naming = naming(in);
        return naming.isEmpty()
                ? Optional.empty()
                : Optional.of(plan(file, in, naming.get(), BackboneConfig.read(configuration, naming.get())).described);
    }

    /**
     * A text tower as its file tells it.
     *
     * @param assumed what neither the tensors nor a configuration say, and what was taken for it
     */
    public record Described(TextShape shape, List<String> assumed) {
        public Described {
            assumed = List.copyOf(assumed);
        }
    }

    private record Plan(Described described, EntryReader reader, List<Entry> entries) {}

    private static Plan plan(String file, Safetensors in, Naming naming, BackboneConfig config) throws IOException {
        EntryReader reader = new EntryReader(
                file,
                in,
                "a text tower as " + (naming == Naming.HF_CLIP ? "Hugging Face's" : "OpenAI's") + " CLIP names it");
        Described described = shape(file, in, reader, naming, config);
        List<Entry> entries = TextLayout.entries(naming, described.shape());
        reader.compare(entries, name -> TextLayout.elsewhere(naming, name));
        return new Plan(described, reader, entries);
    }

    /** Sizes and options of the text tower, from the tensors and what the configuration adds. */
    private static Described shape(
            String file, Safetensors in, EntryReader reader, Naming naming, BackboneConfig config) throws IOException {
        List<Long> tokens = reader.shape(TextLayout.tokens(naming), 2);
        int width = Math.toIntExact(tokens.get(1));
        long context = reader.shape(TextLayout.positions(naming), 2).get(0);
        long hidden = reader.shape(TextLayout.firstMlp(naming), 2).get(0);
        boolean projected = in.has(TextLayout.projection(naming));
        long embedding = width;
        if (projected) {
            List<Long> matrix = reader.shape(TextLayout.projection(naming), 2);
            embedding = matrix.get(naming == Naming.HF_CLIP ? 0 : 1);
        }
        BackboneConfig text = config.text();
        text.refuseOthers();
        List<String> assumed = new ArrayList<>();
        OptionalInt told = text.textHeads();
        if (told.isEmpty()) {
            assumed.add(Math.max(1, width / 64) + " heads of 64 numbers");
        }
        int heads = told.orElse(Math.max(1, width / 64));
        if (width % heads != 0) {
            throw new WeightsException(file + ": " + heads + " heads do not divide the text tower's width of " + width
                    + "; put a config.json with \"text\": {\"heads\": …} beside it");
        }
        // Where the text tower has no own activation and eps, both towers have the same, and the file names them once.
        Optional<Activation> activation = text.activation();
        if (activation.isEmpty()) {
            activation = config.activation();
        }
        OptionalDouble eps = text.eps().isPresent() ? text.eps() : config.eps();
        if (activation.isEmpty()) {
            assumed.add("activation quick_gelu");
        }
        if (eps.isEmpty()) {
            assumed.add("eps 1e-5");
        }
        OptionalInt end = naming == Naming.HF_CLIP ? text.endToken() : OptionalInt.empty();
        TextShape shape = new TextShape(
                Math.toIntExact(tokens.get(0)),
                Math.toIntExact(context),
                width,
                Math.toIntExact(reader.depth(TextLayout.blocks(naming))),
                heads,
                Math.toIntExact(hidden),
                activation.orElse(Activation.QUICK_GELU),
                eps.orElse(1e-5),
                Math.toIntExact(embedding),
                projected,
                end.isPresent() && end.getAsInt() == LEGACY_END ? OptionalInt.empty() : end);
        return new Described(shape, assumed);
    }

    public TextShape shape() {
        return transformer.shape();
    }

    /** CLIP's ln of the scale in front of the cosine, when the file has one. */
    public OptionalDouble logitScale() {
        return logitScale;
    }

    /** See {@link TextTransformer#encode}. */
    public NDArray encode(long[][] ids) {
        return transformer.encode(weights, ids);
    }

    TextTransformer transformer() {
        return transformer;
    }

    /** The frozen weights, by the transformer's names. */
    public Tensors weights() {
        return weights;
    }

    @Override
    public void close() {
        manager.close();
        transformer.close();
    }
}
