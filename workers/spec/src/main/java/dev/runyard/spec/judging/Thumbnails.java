package dev.runyard.spec.judging;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Small pictures of images that a model has wrong, in its {@link PredictionFile} behind the scores: {@value #ENDS} I64 [m], the byte behind
 * each in {@value #BYTES}; {@value #ITEMS} I64 [m], the image's place in the file, ascending; {@value #BYTES} U8, one JPEG after the
 * other. Two models that answer differently are not both right, so between them their files have a picture of each image on which they do.
 *
 * @param items places of the images, ascending
 * @param ends of each picture, in bytes from {@code begin}
 * @param begin bytes of the file before the first picture
 */
@SuppressWarnings("ArrayRecordComponent")
public record Thumbnails(int[] items, long[] ends, long begin) {
    public static final String ENDS = "thumbnail.ends";
    public static final String ITEMS = "thumbnail.items";
    public static final String BYTES = "thumbnails";

    /** Of a file without pictures, as those of older versions are. */
    public static final Thumbnails NONE = new Thumbnails(new int[0], new long[0], 0);

    private static final int MOST = 100_000;
    private static final long MOST_BYTES = 1L << 20;

    /**
     * Where the pictures lie.
     *
     * @param in the file from its first byte; not closed
     * @param name said in refusals
     * @throws InvalidSpec NOT_PREDICTIONS when it is something else, or what it says of its pictures cannot be
     * @throws IOException when it ends early
     */
    public static Thumbnails read(InputStream in, String name) throws IOException {
        PredictionFile.Header header = PredictionFile.header(in, name);
        JsonNode tree = header.tree();
        if (!tree.has(BYTES)) {
            return NONE;
        }
        int m = (int) PredictionFile.count(tree, ENDS, "I64", 0, MOST, 1, name);
        long bytes = PredictionFile.count(tree, BYTES, "U8", 0, MOST * MOST_BYTES, 1, name);
        if (PredictionFile.count(tree, ITEMS, "I64", 0, MOST, 1, name) != m) {
            throw PredictionFile.not(name, ITEMS + " and " + ENDS + " differ in length");
        }
        long images = tree.path(PredictionFile.LABELS).path("shape").path(0).asLong();
        long at = tree.path(PredictionFile.SCORES).path("data_offsets").path(1).asLong(-1);
        long behind = at + 16L * m;
        if (at < 0 || !lies(tree, ENDS, at) || !lies(tree, ITEMS, at + 8L * m) || !lies(tree, BYTES, behind)) {
            throw PredictionFile.not(name, "its pictures do not lie behind its scores");
        }
        in.skipNBytes(at);
        long[] ends = longs(in, m);
        int[] items = new int[m];
        long[] places = longs(in, m);
        for (int k = 0; k < m; k++) {
            long before = k == 0 ? 0 : ends[k - 1];
            if (places[k] <= (k == 0 ? -1 : places[k - 1]) || places[k] >= images) {
                throw PredictionFile.not(name, "picture " + k + " is of image " + places[k] + " of " + images);
            }
            if (ends[k] <= before || ends[k] - before > MOST_BYTES || ends[k] > bytes) {
                throw PredictionFile.not(name, "picture " + k + " ends at byte " + ends[k] + " of " + bytes);
            }
            items[k] = (int) places[k];
        }
        return new Thumbnails(items, ends, header.bytes() + behind);
    }

    private static boolean lies(JsonNode header, String tensor, long at) {
        return header.path(tensor).path("data_offsets").path(0).asLong(-1) == at;
    }

    private static long[] longs(InputStream in, int n) throws IOException {
        long[] out = new long[n];
        ByteBuffer.wrap(PredictionFile.bytes(in, 8 * n))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .get(out);
        return out;
    }

    /** Whether there is a picture of the image at this place of the file. */
    public boolean has(int item) {
        return Arrays.binarySearch(items, item) >= 0;
    }

    /**
     * The picture of the image at this place; nothing where there is none.
     *
     * @param in the same file from its first byte; not closed
     */
    public Optional<byte[]> of(int item, InputStream in) throws IOException {
        int k = Arrays.binarySearch(items, item);
        if (k < 0) {
            return Optional.empty();
        }
        long from = k == 0 ? 0 : ends[k - 1];
        in.skipNBytes(begin + from);
        return Optional.of(PredictionFile.bytes(in, (int) (ends[k] - from)));
    }
}
