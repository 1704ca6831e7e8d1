package dev.runyard.vision.evaluate;

import dev.runyard.spec.judging.Predictions;
import dev.runyard.spec.judging.Thumbnails;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.image.Raster;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Small pictures of the images that a model has wrong, as {@link Thumbnails}. Where there are more than {@value #MOST} it is the same
 * order of all images that decides which are taken, whatever the model: two models then keep as many in common as there can be.
 */
final class WrongPictures {
    static final int MOST = 400;

    /** px of a side, at most. */
    static final int SIDE = 96;

    private WrongPictures() {}

    /**
     * @param places numbers in the split, by the image's place in the file
     * @param predictions by place
     */
    static void add(SafetensorsWriter to, Split split, List<Integer> places, Predictions predictions)
            throws IOException {
        if (KeptPictures.here() == KeptPictures.NONE) {
            return;
        }
        List<Integer> wrong = IntStream.range(0, predictions.size())
                .filter(i -> !predictions.right(i))
                .boxed()
                .sorted(Comparator.comparingLong(i -> shuffled(places.get(i))))
                .limit(MOST)
                .sorted()
                .toList();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Long> items = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        for (int place : wrong) {
            byte[] jpeg;
            try {
                jpeg = jpeg(split.thumbnail(places.get(place), SIDE));
            } catch (IOException e) {
                continue; // it was judged from kept features, and its file is gone: what was answered is worth keeping
                // without it
            }
            bytes.writeBytes(jpeg);
            items.add((long) place);
            ends.add((long) bytes.size());
        }
        if (items.isEmpty()) {
            return;
        }
        long[] shape = {items.size()};
        to.longs(
                        Thumbnails.ENDS,
                        shape,
                        ends.stream().mapToLong(Long::longValue).toArray())
                .longs(
                        Thumbnails.ITEMS,
                        shape,
                        items.stream().mapToLong(Long::longValue).toArray())
                .bytes(Thumbnails.BYTES, new long[] {bytes.size()}, bytes.toByteArray());
    }

    /** Fibonacci hashing: spreads neighbours, which mostly are of one class, and meets no number twice. */
    private static long shuffled(int number) {
        return number * 0x9e3779b97f4a7c15L;
    }

    private static byte[] jpeg(Raster square) throws IOException {
        BufferedImage image = new BufferedImage(square.width(), square.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = square.data();
        for (int i = 0; i < square.width() * square.height(); i++) {
            int colour = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
            image.setRGB(i % square.width(), i / square.width(), colour);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            if (!ImageIO.write(image, "jpeg", stream)) {
                throw new IOException("this JDK has no JPEG writer");
            }
        }
        return out.toByteArray();
    }
}
