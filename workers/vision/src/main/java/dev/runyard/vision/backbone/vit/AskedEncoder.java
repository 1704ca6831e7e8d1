package dev.runyard.vision.backbone.vit;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Torch;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tower whose weights somebody else holds, who gives embeddings and what a change of the input does to a loss (paper §3.3). The chain
 * rule is cut at prompts (or pixels) and embedding, where nothing is lost, so that a step equals one through the whole graph.
 */
public record AskedEncoder(Asked other) implements Encoder {
    /** Who holds the weights. Answers are arrays of the manager of {@code pixels}. */
    public interface Asked {
        /** As {@link Encoder#encode}; nothing is recorded. */
        NDArray encode(NDArray pixels, @Nullable NDArray prompts);

        /** @return gradient of the loss at the prompts, or at the pixels when there are none */
        NDArray gradient(NDArray pixels, @Nullable NDArray prompts, NDArray upstream);

        /** SHA-256 (hex) of the weights as they are now. */
        String sha256();
    }

    @Override
    public NDArray encode(NDArray pixels, @Nullable NDArray prompts) {
        if (prompts != null && Tape.records(prompts)) {
            return Tape.cut(
                    prompts,
                    given -> other.encode(plain(pixels), plain(given)),
                    (given, upstream) -> other.gradient(plain(pixels), plain(given), plain(upstream)));
        }
        if (prompts == null && Tape.records(pixels)) {
            return Tape.cut(
                    pixels,
                    given -> other.encode(plain(given), null),
                    (given, upstream) -> other.gradient(plain(given), null, plain(upstream)));
        }
        return other.encode(plain(pixels), prompts == null ? null : plain(prompts));
    }

    /** The values alone, in the order of their places, as they are sent. */
    private static NDArray plain(NDArray array) {
        return Torch.contiguous(array.stopGradient());
    }

    @Override
    public NDArray encodeInserted(NDArray pixels, NDArray prompts) {
        throw new InvalidSpec(
                "NOT_APPLICABLE",
                "method",
                "vpt",
                "needs the weights, which a model server keeps",
                "use method pgn or iip");
    }

    @Override
    public Set<String> copied() {
        return Set.of();
    }

    @Override
    public boolean unchanged() {
        return true;
    }

    /** Nothing is its own. */
    @Override
    public void close() {}
}
