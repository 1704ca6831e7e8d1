package dev.runyard.vision.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.backbone.vit.EncoderBlock;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.backbone.weights.Entry;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.Arrays;
import java.util.List;

/**
 * CLIP's text tower: a pre-norm transformer in which a token sees itself and those before it, pooled where the text ends (science
 * reference §6; openai/CLIP clip/model.py, {@code encode_text}). The weights may be constants or leaves of a tape.
 *
 * <p>Letters: n texts, T tokens, D width, V tokens of the vocabulary, d length of the embedding. The weights' names are those of the
 * image transformer behind {@code text.}, with {@code text.token_embed} [V, D], {@code text.pos_embed} [T, D] and, where the model
 * has one, {@code text.projection} [D, d]; see {@link #entries}.
 */
public final class TextTransformer implements AutoCloseable {
    private final TextShape shape;
    private final EncoderBlock block;

    public TextTransformer(TextShape shape) {
        this.shape = shape;
        block = new EncoderBlock(shape.width(), shape.heads(), shape.activation(), shape.eps());
    }

    public TextShape shape() {
        return shape;
    }

    /** Every weight with its shape, and its name in a file of OpenAI's naming; in a fixed order. */
    public static List<Entry> entries(TextShape shape) {
        return TextLayout.entries(Naming.OPENAI_CLIP, shape);
    }

    /**
     * What comes behind the end of a text is never seen, so it is not computed either.
     *
     * @param ids one row a text, of equal lengths up to the context: start, tokens, end, and any ids as padding
     * @return [n, d], pooled and projected, not L2-normalised
     * @throws IllegalArgumentException when a row has the wrong length, an id is outside the vocabulary, or a text has no end
     */
    public NDArray encode(Tensors w, long[][] ids) {
        int[] ends = ends(ids);
        return encode(w, embed(w, ids, ends), ends);
    }

    /** Rows of the token table, without positions, up to the end of the longest text: [n, T, D]. */
    NDArray embed(Tensors w, long[][] ids, int[] ends) {
        int t = 1 + Arrays.stream(ends).max().orElseThrow();
        int n = ids.length;
        long[] tokens = new long[n * t];
        for (int i = 0; i < n; i++) {
            System.arraycopy(ids[i], 0, tokens, i * t, t);
        }
        NDArray table = w.get("text.token_embed");
        return Nn.rows(table, Torch.longs(table.getManager(), tokens, n, t));
    }

    /**
     * As {@link #encode(Tensors, long[][])}, of tokens that may come from elsewhere than the table.
     *
     * @param embedded [n, T, D], without positions
     * @param ends [n], where each text ends and is pooled, below T
     */
    NDArray encode(Tensors w, NDArray embedded, int[] ends) {
        NDManager manager = w.get("text.token_embed").getManager();
        int n = ends.length;
        int t = Math.toIntExact(embedded.getShape().get(1));
        long[] pooled = new long[n];
        for (int i = 0; i < n; i++) {
            pooled[i] = (long) i * t + ends[i];
        }
        NDArray x = embedded.add(w.get("text.pos_embed").get("0:" + t)); // [n, T, D]
        NDArray mask = Torch.floats(manager, mask(t), t, t);
        for (int i = 0; i < shape.depth(); i++) {
            String name = "text.blocks." + i + ".";
            try (NDArray before = x) {
                x = block.forward(w, name, before, mask);
            }
        }
        NDArray last = Nn.rows(x.reshape((long) n * t, shape.width()), Torch.longs(manager, pooled, n));
        NDArray normed = block.norm(w, "text.norm", last); // [n, D]
        return shape.projected() ? normed.matMul(w.get("text.projection")) : normed;
    }

    /** Where each text ends; see {@link #encode(Tensors, long[][])} for what is refused. */
    int[] ends(long[][] ids) {
        if (ids.length == 0) {
            throw new IllegalArgumentException("no text");
        }
        int[] ends = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            int length = ids[i].length;
            if (length != ids[0].length || length == 0 || length > shape.context()) {
                throw new IllegalArgumentException("text " + i + " has " + length + " tokens; wanted rows of one length"
                        + " from 1 to " + shape.context());
            }
            for (long id : ids[i]) {
                if (id < 0 || id >= shape.vocabulary()) {
                    throw new IllegalArgumentException(
                            "text " + i + " has token " + id + " of a vocabulary of " + shape.vocabulary());
                }
            }
            ends[i] = end(ids[i], i);
        }
        return ends;
    }

    private int end(long[] row, int text) {
        long wanted = shape.endToken().isPresent()
                ? shape.endToken().getAsInt()
                : Arrays.stream(row).max().orElseThrow();
        for (int at = 0; at < row.length; at++) {
            if (row[at] == wanted) {
                return at;
            }
        }
        throw new IllegalArgumentException("text " + text + " has no end token " + wanted);
    }

    /** 0 at and below the diagonal, -∞ above it. */
    private static float[] mask(int t) {
        float[] mask = new float[t * t];
        for (int row = 0; row < t; row++) {
            Arrays.fill(mask, row * t + row + 1, (row + 1) * t, Float.NEGATIVE_INFINITY);
        }
        return mask;
    }

    @Override
    public void close() {
        block.close();
    }
}
