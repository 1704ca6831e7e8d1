package dev.runyard.vision.data;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.training.Augment;
import dev.runyard.vision.data.pixels.Pictures;
import dev.runyard.vision.data.pixels.PixelCache;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.image.Augmentations;
import dev.runyard.vision.image.Augmentations.Box;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Raster;
import dev.runyard.vision.image.TestTransform;
import dev.runyard.vision.image.Transforms;
import dev.runyard.vision.image.View;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One part of a data set: train, val or test. Decoded pixels are kept in a file below the cache folder, so that no epoch after the
 * first decodes an image again. Safe for use by several threads.
 */
public final class Split implements Closeable {
    /** Of this many images the size is looked at, to decide whether decoded or resized pixels take less room. */
    private static final int SAMPLE = 32;

    private final String part;
    private final Pictures pictures;
    private final @Nullable Path cache;
    private final String hash;
    private final Map<String, PixelCache> open = new TreeMap<>();
    private final TestTransform transform;
    private final @Nullable Split base;
    private double meanBytes = -1;
    private @Nullable String fingerprint;

    /**
     * @param cache folder for decoded pixels; null decodes each time
     * @param hash of the data set, part of the cache's key
     */
    Split(String part, Pictures pictures, @Nullable Path cache, String hash) {
        this.part = part;
        this.pictures = pictures;
        this.cache = cache;
        this.hash = hash;
        transform = TestTransform.PGN;
        base = null;
    }

    /** The same images, shown by another test transform; the decoded ones are shared. */
    private Split(Split base, TestTransform transform) {
        part = base.part;
        pictures = base.pictures;
        cache = base.cache;
        hash = base.hash;
        this.transform = transform;
        this.base = base;
    }

    /** The same images as a backbone with this transform is shown them; closed with these. */
    Split seenBy(TestTransform other) {
        return other.equals(transform) ? this : new Split(base == null ? this : base, other);
    }

    /**
     * SHA-256 (hex) over labels and contents of its images, in their order, and over nothing else of the data set: what two models were
     * judged on is the same where this is.
     */
    public synchronized String fingerprint() throws IOException {
        if (base != null) {
            return base.fingerprint();
        }
        String known = fingerprint;
        if (known == null) {
            MessageDigest digest = Sha256.digest();
            for (int i = 0; i < pictures.size(); i++) {
                digest.update((pictures.label(i) + "|" + pictures.content(i) + "\n").getBytes(StandardCharsets.UTF_8));
            }
            known = Sha256.hex(digest);
            fingerprint = known;
        }
        return known;
    }

    /** What {@link #pixels(int, int)} does to images. */
    public TestTransform transform() {
        return transform;
    }

    Pictures pictures() {
        return pictures;
    }

    /** {@code train}, {@code val} or {@code test}. */
    public String part() {
        return part;
    }

    /** Number of images. */
    public int size() {
        return pictures.size();
    }

    /** 0 to classes - 1. */
    public int label(int i) {
        return pictures.label(i);
    }

    /** All labels. */
    public int[] labels() {
        return labels(0, size());
    }

    /** Those of images {@code from} to {@code from + n - 1}. */
    public int[] labels(int from, int n) {
        int[] out = new int[n];
        for (int i = 0; i < n; i++) {
            out[i] = label(from + i);
        }
        return out;
    }

    /** The image's path inside the data set, or another name that finds it again. */
    public String name(int i) {
        return pictures.name(i);
    }

    /**
     * The whole image as RGB bytes in its own size.
     *
     * @throws DataException {@code UNREADABLE_IMAGE} with the file's name
     */
    public Raster pixels(int i) throws IOException {
        return cache == null || pictures.cheap()
                ? pictures.decoded(i)
                : cache("whole", Split::same).get(i).raster();
    }

    /**
     * The middle of the image as an RGB square, {@code most} px a side or less where the image is smaller. Decoded for this alone: what is
     * looked at once fills no cache.
     *
     * @throws DataException {@code UNREADABLE_IMAGE} with the file's name
     */
    public Raster thumbnail(int i, int most) throws IOException {
        Raster whole = pictures.decoded(i);
        int side = Math.min(most, Math.min(whole.width(), whole.height()));
        return Raster.rgb(side, side, Transforms.tv(whole, side));
    }

    /** By the test transform: size × size × 3 bytes. */
    public byte[] pixels(int i, int size) throws IOException {
        boolean decodes = cache == null || pictures.cheap();
        if (decodes && transform.ownMode()) {
            return transform.of(pictures.inOwnMode(i), size);
        }
        if (keepWhole(size) && !transform.ownMode()) {
            return transform.of(pixels(i), size);
        }
        return testSized(size).get(i).raster().data();
    }

    /** As a training image: size × size × 3 bytes, a pure function of the arguments. */
    public byte[] augmented(int i, int size, Augment augment, Draws draws) throws IOException {
        return switch (augment) {
            case NONE -> pixels(i, size);
            case FLIP_CROP -> Augmentations.flipCrop(pixels(i, size), size, draws);
            case RESIZED_CROP -> Augmentations.resizedCrop(pixels(i), size, draws);
            case CLEVR -> Augmentations.clevr(shorterSided(i, size), size, draws);
            case PGN -> pgn(i, size, draws);
        };
    }

    /** As one of several views of a training image: size × size × 3 bytes, a pure function of the arguments. */
    public byte[] view(int i, View view, Draws draws) throws IOException {
        return Augmentations.view(pixels(i), view, draws);
    }

    /**
     * Where {@link #augmented} finds decoded pixels; null when nothing is kept because decoding costs nothing.
     *
     * @param augment NONE for what {@link #pixels(int, int)} reads
     */
    @Nullable
    PixelCache kept(int size, Augment augment) throws IOException {
        if (cache == null || pictures.cheap()) {
            return null;
        }
        boolean tested = augment == Augment.NONE || augment == Augment.FLIP_CROP;
        if (augment == Augment.RESIZED_CROP || (keepWhole(size) && !(tested && transform.ownMode()))) {
            return cache("whole", Split::same);
        }
        return switch (augment) {
            case PGN -> squashedCache(size);
            case CLEVR -> shorterCache(size);
            default -> testSized(size);
        };
    }

    private Raster shorterSided(int i, int size) throws IOException {
        return keepWhole(size)
                ? Transforms.shorterSide(pixels(i), size)
                : shorterCache(size).get(i).raster();
    }

    private PixelCache shorterCache(int size) throws IOException {
        return cache("shorter-" + size, rgb -> Transforms.shorterSide(rgb, size));
    }

    private PixelCache testSized(int size) throws IOException {
        if (transform.equals(TestTransform.PGN)) {
            return cache("test-" + size, rgb -> square(transform.of(rgb, size), size));
        }
        return cache("test-" + transform.spelled(size), image -> square(transform.of(image, size), size));
    }

    private PixelCache squashedCache(int size) throws IOException {
        return cache("squashed-" + size, rgb -> square(squash(rgb, size), size));
    }

    /** What the PGN augmentation makes of an image of which all is drawn, before the colours: size × size × 3 bytes. */
    public byte[] squashed(int i, int size) throws IOException {
        return keepWhole(size)
                ? squash(pixels(i), size)
                : squashedCache(size).get(i).raster().data();
    }

    /** The same of an image of which a part is drawn; null when all is, as nearly always. */
    public byte @Nullable [] partlySquashed(int i, int size, Draws draws) throws IOException {
        if (keepWhole(size)) {
            Raster picture = pixels(i);
            Box box = Augmentations.cropBox(picture.width(), picture.height(), draws);
            return box.equals(Augmentations.wholeBox(picture.width(), picture.height()))
                    ? null
                    : Augmentations.squash(picture, box, size);
        }
        PixelCache.Size source = squashedCache(size).sizeOf(i);
        Box box = Augmentations.cropBox(source.width(), source.height(), draws);
        return box.equals(Augmentations.wholeBox(source.width(), source.height()))
                ? null
                : Augmentations.squash(pictures.decoded(i), box, size);
    }

    private byte[] pgn(int i, int size, Draws draws) throws IOException {
        if (keepWhole(size)) {
            return Augmentations.pgn(pixels(i), size, draws);
        }
        PixelCache.Sized source = squashedCache(size).get(i);
        Box box = Augmentations.cropBox(source.sourceWidth(), source.sourceHeight(), draws);
        if (box.equals(Augmentations.wholeBox(source.sourceWidth(), source.sourceHeight()))) {
            return Augmentations.pgnColours(source.raster().data(), size, draws);
        }
        return Augmentations.pgn(pictures.decoded(i), size, draws);
    }

    private static byte[] squash(Raster rgb, int size) {
        return Augmentations.squash(rgb, Augmentations.wholeBox(rgb.width(), rgb.height()), size);
    }

    private static Raster square(byte[] data, int size) {
        return Raster.rgb(size, size, data);
    }

    private static Raster same(Raster rgb) {
        return rgb;
    }

    /** Whether whole images take no more room than images of the wanted size. */
    private boolean keepWhole(int size) throws IOException {
        if (cache == null || pictures.cheap()) {
            return true;
        }
        return meanBytes() <= 1.25 * size * size * 3;
    }

    private synchronized double meanBytes() throws IOException {
        if (meanBytes < 0) {
            int n = Math.min(SAMPLE, size());
            long sum = 0;
            for (int k = 0; k < n; k++) {
                Raster raster = pictures.decoded((int) ((long) k * size() / n));
                sum += raster.data().length;
            }
            meanBytes = (double) sum / Math.max(1, n);
        }
        return meanBytes;
    }

    private PixelCache cache(String form, PixelCache.Form change) throws IOException {
        boolean own = transform.ownMode() && form.startsWith("test-");
        Split holder = base == null ? this : base;
        return holder.kept(form, own ? new OwnModes(pictures) : pictures, change);
    }

    private synchronized PixelCache kept(String form, Pictures of, PixelCache.Form change) throws IOException {
        PixelCache known = open.get(form);
        if (known == null) {
            Path folder = java.util.Objects.requireNonNull(cache);
            known = PixelCache.open(folder, hash + "|" + part + "|" + form, part + "-" + form, of, change);
            open.put(form, known);
        }
        return known;
    }

    /** Images before they become RGB. */
    private record OwnModes(Pictures pictures) implements Pictures {
        @Override
        public int size() {
            return pictures.size();
        }

        @Override
        public int label(int i) {
            return pictures.label(i);
        }

        @Override
        public String name(int i) {
            return pictures.name(i);
        }

        @Override
        public String content(int i) throws IOException {
            return pictures.content(i);
        }

        @Override
        public Raster decode(int i) throws IOException {
            return pictures.inOwnMode(i);
        }

        @Override
        public boolean cheap() {
            return pictures.cheap();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (base != null) {
            base.close();
        }
        for (PixelCache known : open.values()) {
            known.close();
        }
        open.clear();
    }
}
