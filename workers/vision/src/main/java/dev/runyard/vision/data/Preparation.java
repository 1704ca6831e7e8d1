package dev.runyard.vision.data;

import dev.runyard.spec.training.Augment;
import dev.runyard.vision.data.pixels.PixelCache;
import dev.runyard.vision.image.Decoders;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes and resizes all images of some parts ahead of their use and keeps the pixels below the data cache. A training needs no such
 * phase, since it keeps each image when it first meets it; it is for what needs all at once, and for preparing a data set while the
 * devices do other things. It may be stopped after any image, also by the end of the process, and then goes on with the next.
 */
public final class Preparation {
    /** Images between two questions whether to go on, which is at most some seconds of decoding. */
    private static final int PIECE = 64;

    /** Asked before each piece of work. */
    public interface Watch {
        /**
         * @param done images that need no more decoding
         * @param of all images
         * @return false to stop
         */
        boolean goesOn(long done, long of) throws IOException;
    }

    private record Part(Split split, PixelCache cache) {}

    private final List<Part> parts = new ArrayList<>();
    private final long of;

    private Preparation(Dataset data, int size, Augment augment) throws IOException {
        long images = 0;
        for (Split split : List.of(data.train(), data.val(), data.test())) {
            PixelCache cache = split == data.train() ? split.kept(size, augment) : split.kept(size, Augment.NONE);
            if (cache != null && split.size() > 0) {
                parts.add(new Part(split, cache));
                images += split.size();
            }
        }
        of = images;
    }

    /**
     * Of what a training reads.
     *
     * @param size side of its images in px
     * @param augment of its training images
     */
    public static Preparation of(Dataset data, int size, Augment augment) throws IOException {
        return new Preparation(data, size, augment);
    }

    /** All images that can be kept; 0 where decoding costs nothing. */
    public long of() {
        return of;
    }

    /** Images that need no more decoding. */
    public long done() {
        return parts.stream().mapToLong(part -> part.cache.kept()).sum();
    }

    /**
     * Decodes what is not yet kept, with all decoders. Where the disk has no room, or another process fills the same cache, less is
     * kept than asked for, which costs time later and nothing else.
     *
     * @return whether it came to the end
     * @throws dev.runyard.vision.data.source.DataException of an image that cannot be decoded, with its name
     */
    public boolean run(Watch watch) throws IOException {
        for (Part part : parts) {
            int[] missing = new int[PIECE];
            for (int i = 0; i < part.split.size() && part.cache.keeps(); ) {
                int n = 0;
                for (; i < part.split.size() && n < PIECE; i++) {
                    if (!part.cache.has(i)) {
                        missing[n++] = i;
                    }
                }
                if (n > 0 && !watch.goesOn(done(), of)) {
                    return false;
                }
                Decoders.each(n, k -> part.cache.get(missing[k]));
            }
        }
        return watch.goesOn(done(), of);
    }
}
