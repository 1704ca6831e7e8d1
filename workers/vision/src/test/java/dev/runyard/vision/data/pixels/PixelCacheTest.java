package dev.runyard.vision.data.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.vision.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of decoded images, whatever happens to the process and the files. */
class PixelCacheTest {
    private static final int IMAGES = 20;

    @TempDir
    Path folder;

    /** Images of different sizes whose pixels tell their number; counts how often they are decoded. */
    private static final class Counted implements Pictures {
        final AtomicInteger decoded = new AtomicInteger();

        @Override
        public int size() {
            return IMAGES;
        }

        @Override
        public int label(int i) {
            return 0;
        }

        @Override
        public String name(int i) {
            return "image " + i;
        }

        @Override
        public String content(int i) {
            return "image " + i;
        }

        @Override
        public Raster decode(int i) {
            decoded.incrementAndGet();
            return image(i);
        }

        @Override
        public boolean cheap() {
            return false;
        }
    }

    private final Counted pictures = new Counted();

    private static Raster image(int i) {
        byte[] data = new byte[(i + 1) * 3 * 3];
        Arrays.fill(data, (byte) i);
        return Raster.rgb(i + 1, 3, data);
    }

    private PixelCache open() throws IOException {
        PixelCache cache = PixelCache.open(folder, "key", "train-whole", pictures, rgb -> rgb);
        pictures.decoded.set(0); // without those that were looked at for their size
        return cache;
    }

    private static void take(PixelCache cache, int... images) throws IOException {
        for (int i : images) {
            PixelCache.Sized got = cache.get(i);
            assertThat(got.raster().data()).isEqualTo(image(i).data());
            assertThat(got.sourceWidth()).isEqualTo(i + 1);
        }
    }

    private Path file(String end) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(end)).findFirst().orElseThrow();
        }
    }

    @Test
    void anImageIsDecodedOnceWhateverTheOrder() throws IOException {
        try (PixelCache cache = open()) {
            take(cache, 7, 3, 7, 19, 3);
            assertThat(pictures.decoded.get()).isEqualTo(3);
            assertThat(cache.kept()).isEqualTo(3);
        }
        try (PixelCache cache = open()) {
            take(cache, 19, 7, 3, 0);
            assertThat(pictures.decoded.get()).isEqualTo(1);
        }
    }

    /** A process may end at any byte of either file. */
    @Test
    void onlyWholeEntriesAreBelieved() throws IOException {
        try (PixelCache cache = open()) {
            take(cache, 7, 3, 12);
        }
        byte[] entries = Files.readAllBytes(file(".entries"));
        byte[] pixels = Files.readAllBytes(file(".pixels"));
        for (int cut = 0; cut <= 2 * 28 + 1; cut += 9) {
            Files.write(file(".entries"), Arrays.copyOf(entries, entries.length - cut));
            Files.write(file(".pixels"), pixels);
            try (PixelCache cache = open()) {
                assertThat(cache.kept()).isEqualTo(3 - (cut + 27) / 28);
                take(cache, 7, 3, 12, 5);
            }
            try (PixelCache cache = open()) {
                take(cache, 7, 3, 12, 5);
                assertThat(pictures.decoded.get()).isZero();
            }
        }
        Files.write(file(".entries"), entries);
        Files.write(file(".pixels"), Arrays.copyOf(pixels, pixels.length - 5));
        try (PixelCache cache = open()) {
            assertThat(cache.kept()).isEqualTo(2);
            take(cache, 7, 3, 12);
        }
    }

    @Test
    void damagedPixelsAreDecodedAgain() throws IOException {
        try (PixelCache cache = open()) {
            take(cache, 7, 3);
        }
        byte[] pixels = Files.readAllBytes(file(".pixels"));
        pixels[0] ^= 1;
        Files.write(file(".pixels"), pixels, StandardOpenOption.TRUNCATE_EXISTING);
        try (PixelCache cache = open()) {
            take(cache, 7, 3);
            assertThat(pictures.decoded.get()).isEqualTo(1);
        }
        try (PixelCache cache = open()) {
            take(cache, 7, 3);
            assertThat(pictures.decoded.get()).isZero();
        }
    }

    /** Two data sets of one process, or two processes, on the same images. */
    @Test
    void oneAddsAndOthersRead() throws IOException {
        try (PixelCache first = open()) {
            take(first, 7);
            try (PixelCache second = open()) {
                assertThat(first.keeps()).isTrue();
                assertThat(second.keeps()).isFalse();
                take(second, 7, 3);
                assertThat(pictures.decoded.get()).isEqualTo(1);
                assertThat(second.kept()).isEqualTo(1);
            }
            take(first, 3);
        }
        try (PixelCache third = open()) {
            assertThat(third.kept()).isEqualTo(2);
        }
    }

    @Test
    void otherImagesUnderTheSameNameAreNotBelieved() throws IOException {
        try (PixelCache cache = open()) {
            take(cache, 7, 3);
        }
        byte[] entries = Files.readAllBytes(file(".entries"));
        entries[20] ^= 1; // of the key
        Files.write(file(".entries"), entries);
        try (PixelCache cache = open()) {
            assertThat(cache.kept()).isZero();
            take(cache, 3, 7);
        }
    }
}
