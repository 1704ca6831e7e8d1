package dev.runyard.spec.judging;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scores that a model gave to each image of a set, in safetensors: {@code items} U8, a JSON array of n names; {@code labels}
 * I64 [n]; {@code scores} F16 [n, C], logits less the highest of their image, which loses nothing of the softmax and least where it
 * counts. Metadata {@value #ABOUT} is an {@link About} as JSON. {@link Thumbnails} may follow. Read as a stream: memory is of the images, not of the scores.
 *
 * @param items names of the images, by which those of two files are the same
 * @param all every class may be answered
 * @param allowed only those of {@link About#allowed}; null where these are all
 */
public record PredictionFile(
        About about,
        List<String> items,
        Predictions all,
        @Nullable Predictions allowed) {
    public static final String ABOUT = "runyard.predictions";
    public static final String ITEMS = "items";
    public static final String LABELS = "labels";
    public static final String SCORES = "scores";

    private static final int MOST_HEADER = 32 << 20;
    private static final int MOST_IMAGES = 10_000_000;
    private static final int MOST_CLASSES = 1_000_000;
    private static final int MOST_NAMES = 1 << 30;

    /** What it is of, as {@link #read}; only its first bytes are read. */
    public static About about(InputStream in, String name) throws IOException {
        return about(header(in, name).tree(), name);
    }

    /** @param bytes of the file before the first tensor */
    record Header(JsonNode tree, long bytes) {}

    static Header header(InputStream in, String name) throws IOException {
        long length =
                ByteBuffer.wrap(bytes(in, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > MOST_HEADER) {
            throw not(name, "its first eight bytes announce a header of " + length + " bytes");
        }
        return new Header(tree(bytes(in, (int) length), name), 8 + length);
    }

    private static About about(JsonNode header, String name) {
        JsonNode said = header.path("__metadata__").path(ABOUT);
        if (!said.isTextual()) {
            throw not(name, "metadata " + ABOUT + " is missing");
        }
        try {
            return Json.read(Json.tree(said.textValue()), About.class);
        } catch (InvalidSpec e) {
            throw not(name, "metadata " + ABOUT + ": " + e.getMessage());
        }
    }

    /**
     * @param in the file from its first byte; not closed
     * @param name said in refusals
     * @throws InvalidSpec NOT_PREDICTIONS when it is something else
     * @throws IOException when it cannot be read to its end
     */
    public static PredictionFile read(InputStream in, String name) throws IOException {
        JsonNode header = header(in, name).tree();
        About about = about(header, name);
        long names = count(header, ITEMS, "U8", 0, MOST_NAMES, 1, name);
        int n = (int) count(header, LABELS, "I64", 0, MOST_IMAGES, 1, name);
        int classes = about.classes().size();
        if (classes < 1 || classes > MOST_CLASSES) {
            throw not(name, "it has " + classes + " classes");
        }
        long scores = count(header, SCORES, "F16", 0, Long.MAX_VALUE, 2, name);
        JsonNode axes = header.path(SCORES).path("shape");
        if (axes.path(0).asLong() != n || axes.path(1).asLong() != classes || scores != (long) n * classes) {
            throw not(name, "scores are " + axes + " for " + n + " labels and " + classes + " classes");
        }
        long[][] places = {
            {0, names}, {names, names + 8L * n}, {names + 8L * n, names + 8L * n + 2 * scores},
        };
        List<String> order = List.of(ITEMS, LABELS, SCORES);
        for (int i = 0; i < places.length; i++) {
            JsonNode offsets = header.path(order.get(i)).path("data_offsets");
            if (offsets.path(0).asLong(-1) != places[i][0] || offsets.path(1).asLong(-1) != places[i][1]) {
                throw not(name, order.get(i) + " lies at " + offsets);
            }
        }
        return scored(in, name, about, items(in, (int) names, n, name), labels(in, n, classes, name));
    }

    private static List<String> items(InputStream in, int bytes, int n, String name) throws IOException {
        JsonNode named = tree(bytes(in, bytes), name);
        List<String> items = new ArrayList<>();
        for (JsonNode item : named) {
            if (!item.isTextual()) {
                throw not(name, "an image is named " + item);
            }
            items.add(item.textValue());
        }
        if (!named.isArray() || items.size() != n) {
            throw not(name, "it names " + items.size() + " images for " + n + " labels");
        }
        return List.copyOf(items);
    }

    private static int[] labels(InputStream in, int n, int classes, String name) throws IOException {
        ByteBuffer stored = ByteBuffer.wrap(bytes(in, 8 * n)).order(ByteOrder.LITTLE_ENDIAN);
        int[] out = new int[n];
        for (int i = 0; i < n; i++) {
            long label = stored.getLong();
            if (label < 0 || label >= classes) {
                throw not(name, "label " + label + " of image " + i + " is none of " + classes + " classes");
            }
            out[i] = (int) label;
        }
        return out;
    }

    private static PredictionFile scored(InputStream in, String name, About about, List<String> items, int[] labels)
            throws IOException {
        int classes = about.classes().size();
        int[] mask = about.allowed() == null
                ? null
                : about.allowed().stream().mapToInt(Integer::intValue).toArray();
        if (mask != null) {
            int before = -1;
            for (int c : mask) {
                if (c <= before || c >= classes) {
                    throw not(name, "class " + c + ", which is allowed, is none of " + classes + " in ascending order");
                }
                before = c;
            }
            for (int label : labels) {
                if (Arrays.binarySearch(mask, label) < 0) {
                    throw not(name, "label " + label + " is of a class that is not allowed");
                }
            }
        }
        Predictions.Builder all = new Predictions.Builder(classes);
        Predictions.Builder allowed = mask == null ? null : new Predictions.Builder(classes, mask);
        float[] row = new float[classes];
        byte[] raw = new byte[2 * classes];
        for (int label : labels) {
            fill(in, raw);
            for (int c = 0; c < classes; c++) {
                row[c] = half((raw[2 * c] & 0xff) | raw[2 * c + 1] << 8);
            }
            all.add(row, 0, label);
            if (allowed != null) {
                allowed.add(row, 0, label);
            }
        }
        return new PredictionFile(about, items, all.build(), allowed == null ? null : allowed.build());
    }

    /** IEEE 754 half precision, widened exactly. */
    private static float half(int bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = mantissa * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wide = exponent == 0x1f ? 0xff : exponent + 112;
        return Float.intBitsToFloat(sign | wide << 23 | mantissa << 13);
    }

    static long count(JsonNode header, String tensor, String type, long least, long most, int bytes, String name) {
        JsonNode info = header.path(tensor);
        long elements = 1;
        for (JsonNode axis : info.path("shape")) {
            long length = axis.asLong(-1);
            if (length < 0 || length > Integer.MAX_VALUE || elements > Long.MAX_VALUE / Math.max(1, length)) {
                throw not(name, tensor + " has shape " + info.path("shape"));
            }
            elements *= length;
        }
        if (!info.path("dtype").asText().equals(type) || elements < least || elements > most / bytes) {
            throw not(name, tensor + " of type " + type + " is missing, of another type or too large");
        }
        return elements;
    }

    private static JsonNode tree(byte[] utf8, String name) {
        try {
            return Json.tree(new String(utf8, StandardCharsets.UTF_8));
        } catch (InvalidSpec e) {
            throw not(name, "what should be JSON in it is none");
        }
    }

    static byte[] bytes(InputStream in, int n) throws IOException {
        byte[] out = in.readNBytes(n);
        if (out.length < n) {
            throw new EOFException("the file ends early");
        }
        return out;
    }

    private static void fill(InputStream in, byte[] to) throws IOException {
        if (in.readNBytes(to, 0, to.length) < to.length) {
            throw new EOFException("the file ends early");
        }
    }

    static InvalidSpec not(String name, String why) {
        return new InvalidSpec(
                "NOT_PREDICTIONS", "predictions", name, "is no file of predictions: " + why, "judge the run again");
    }
}
