package dev.runyard.vision.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.MethodSpec.Mixing;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.VisionTransformer.Encoding;
import dev.runyard.vision.feed.Inference;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.method.PromptNetwork.Prompts;
import dev.runyard.vision.method.PromptNetwork.Trained;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs images through a frozen backbone, with or without the prompts of a network, and writes what came out: {@code embedding [n, d]},
 * {@code attention [n, heads, tokens]} and, with a network, {@code coefficients [n, K, N]} and {@code prompts [n, K, D]}.
 */
public final class Embed {
    private static final int BATCH = 64;

    private final EmbedRequest request;

    public Embed(EmbedRequest request) {
        this.request = request;
    }

    /**
     * What was written.
     *
     * @param images n
     * @param dimension d; 0 of a network alone
     * @param tokens of the attention, prompts included; of a network alone K
     * @param backboneHash SHA-256 of the frozen weights; empty of a network alone
     * @param assumed a sentence on what the weights and their configuration leave open; null where that is nothing
     */
    public record Report(
            int images,
            int dimension,
            int tokens,
            String backboneHash,
            @Nullable String assumed) {}

    /**
     * @param progress hears the number of images done
     * @throws IOException when weights, images or tensors cannot be read; the message names the file
     * @throws InvalidSpec when the parts do not fit each other
     */
    public Report run(LongConsumer progress) throws IOException {
        Torch.enter();
        if (request.backbone() == null) {
            return alone(progress);
        }
        FrozenBackbone backbone = FrozenBackbone.shared(request.backbone());
        try (NDManager manager = Torch.manager();
                PixelSource source = PixelSource.open(request, Sight.of(backbone.shape()))) {
            Trained pgn = request.pgn() == null ? null : PromptNetwork.read(request.pgn(), manager);
            check(backbone, pgn, source);
            int side = backbone.shape().imageSize();
            try (PromptNetwork network = pgn == null ? null : network(pgn, request.pgn(), side)) {
                return embed(backbone, pgn, network, source, progress);
            }
        }
    }

    /** Coefficients and prompts need no backbone: the network sees the image alone (science reference §1). */
    private Report alone(LongConsumer progress) throws IOException {
        Path file = Objects.requireNonNull(request.pgn());
        try (NDManager manager = Torch.manager();
                PixelSource source = PixelSource.open(request, Sight.RELEASED)) {
            Trained pgn = PromptNetwork.read(file, manager);
            if (source.prompts() > 0) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE", "pgn", file, "cannot be used with prompts in tensors", "give one of the two");
            }
            int n = source.count();
            int k = pgn.prompts();
            float[] coefficients = new float[Math.multiplyExact(n, k * pgn.librarySize())];
            float[] prompts = new float[Math.multiplyExact(n, k * pgn.width())];
            try (PromptNetwork network = network(pgn, file, source.side())) {
                Inference.over(source.feed(), BATCH, Inference.Pace.FULL, (pixels, from, count) -> {
                    Prompts made = network.forward(pgn.weights(), pixels, false);
                    if (made.coefficients() != null) {
                        copy(made.coefficients(), coefficients, from * k * pgn.librarySize());
                    }
                    copy(made.prompts(), prompts, from * k * pgn.width());
                    progress.accept(from + count);
                });
            }
            SafetensorsWriter out = new SafetensorsWriter();
            if (pgn.librarySize() > 0) {
                out.floats("coefficients", new long[] {n, k, pgn.librarySize()}, coefficients);
            }
            out.floats("prompts", new long[] {n, k, pgn.width()}, prompts);
            source.names().ifPresent(names -> out.metadata("images", Json.canonical(names)));
            out.write(request.out());
            String assumed = request.images() == null
                    ? null
                    : "without a backbone images are shown at " + source.side()
                            + " px by the PGN transform and CLIP's mean and deviation, as the released networks saw them";
            return new Report(n, 0, k, "", assumed);
        }
    }

    private void check(FrozenBackbone backbone, @Nullable Trained pgn, PixelSource source) {
        int width = backbone.shape().width();
        if (pgn != null && pgn.width() != width) {
            throw new InvalidSpec(
                    "DOES_NOT_FIT",
                    "pgn",
                    request.pgn(),
                    "makes prompts of width " + pgn.width() + ", the backbone's tokens have " + width,
                    "use the backbone it was trained with");
        }
        if (source.prompts() > 0 && pgn != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "pgn",
                    request.pgn(),
                    "cannot be used with prompts in tensors",
                    "give one of the two");
        }
        if (source.prompts() > 0 && source.promptWidth() != width) {
            throw new InvalidSpec(
                    "DOES_NOT_FIT",
                    "tensors",
                    request.tensors(),
                    "holds prompts of width " + source.promptWidth() + ", the backbone's tokens have " + width,
                    null);
        }
    }

    /** A file of Runyard says how it mixes and what it sees; the authors' use softmax on the backbone's own image size. */
    private static PromptNetwork network(Trained pgn, @Nullable Path file, int side) throws IOException {
        int resolution = side;
        Mixing mixing = Mixing.SOFTMAX;
        boolean antialias = false;
        try (Safetensors in = Safetensors.open(Objects.requireNonNull(file))) {
            String method = in.metadata().get("runyard.method");
            if (method != null) {
                JsonNode tree = Json.tree(method);
                if (Json.read(tree, MethodSpec.class) instanceof MethodSpec.Pgn spec) {
                    resolution = spec.resolution();
                    mixing = spec.mixing();
                    antialias = spec.antialias();
                }
            }
        }
        return new PromptNetwork(pgn.prompts(), resolution, mixing, antialias);
    }

    private Report embed(
            FrozenBackbone backbone,
            @Nullable Trained pgn,
            @Nullable PromptNetwork network,
            PixelSource source,
            LongConsumer progress)
            throws IOException {
        int n = source.count();
        int d = backbone.shape().embedding();
        int heads = backbone.shape().heads();
        int k = pgn == null ? source.prompts() : pgn.prompts();
        int tokens = backbone.shape().tokens() + k;
        int width = backbone.shape().width();
        int library = pgn == null ? 0 : pgn.librarySize();
        float[] embedding = new float[Math.multiplyExact(n, d)];
        float[] attention = new float[Math.multiplyExact(n, heads * tokens)];
        float[] coefficients = new float[pgn == null ? 0 : Math.multiplyExact(n, k * library)];
        float[] prompts = new float[pgn == null ? 0 : Math.multiplyExact(n, k * width)];
        Inference.over(source.feed(), BATCH, Inference.Pace.FULL, (pixels, from, count) -> {
            NDArray extra = source.prompts() > 0 ? source.prompts(pixels.getManager(), from, count) : null;
            if (pgn != null && network != null) {
                Prompts made = network.forward(pgn.weights(), pixels, false);
                if (made.coefficients() != null) {
                    copy(made.coefficients(), coefficients, from * k * library);
                }
                copy(made.prompts(), prompts, from * k * width);
                extra = made.prompts();
            }
            Encoding encoding = backbone.encode(pixels, extra, true);
            copy(encoding.embedding(), embedding, from * d);
            copy(Objects.requireNonNull(encoding.attention()), attention, from * heads * tokens);
            progress.accept(from + count);
        });
        SafetensorsWriter out = new SafetensorsWriter()
                .metadata("runyard.backbone", backbone.sha256())
                .floats("embedding", new long[] {n, d}, embedding)
                .floats("attention", new long[] {n, heads, tokens}, attention);
        if (pgn != null) {
            if (library > 0) {
                out.floats("coefficients", new long[] {n, k, library}, coefficients);
            }
            out.floats("prompts", new long[] {n, k, width}, prompts);
        }
        source.names().ifPresent(names -> out.metadata("images", Json.canonical(names)));
        out.write(request.out());
        return new Report(n, d, tokens, backbone.sha256(), backbone.assumption().orElse(null));
    }

    private static void copy(NDArray from, float[] to, int at) {
        float[] values = Torch.read(from);
        System.arraycopy(values, 0, to, at, values.length);
    }
}
