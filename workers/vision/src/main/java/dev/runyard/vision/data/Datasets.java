package dev.runyard.vision.data;

import dev.runyard.spec.DatasetSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Opens what a spec names. */
public final class Datasets {
    private Datasets() {}

    /**
     * Finds the layout, the classes and the parts. Pixels are decoded when asked for.
     *
     * @param cache folder for decoded pixels, made when needed
     * @param seed of splits that Runyard makes itself; give every run of a comparison the same one
     * @throws DataException when there is no data set, or one that cannot be used as asked
     */
    public static Dataset open(DatasetSpec spec, Path cache, long seed) throws IOException {
        if (spec.id().equals("shapes")) {
            return shapes(Objects.requireNonNull(spec.train()), Objects.requireNonNull(spec.test()), cache);
        }
        return folder(spec, cache, seed, false, false);
    }

    /**
     * As {@link #open(DatasetSpec, Path, long)}, but images that cannot be decoded are left out and counted. Decodes everything once.
     */
    public static Dataset openSkippingBroken(DatasetSpec spec, Path cache, long seed) throws IOException {
        return spec.id().equals("shapes") ? open(spec, cache, seed) : folder(spec, cache, seed, false, true);
    }

    /** For judging alone: a data set without training images is welcome too; its train part is then empty. */
    public static Dataset openForEvaluation(DatasetSpec spec, Path cache, long seed) throws IOException {
        return spec.id().equals("shapes") ? open(spec, cache, seed) : folder(spec, cache, seed, true, false);
    }

    private static Dataset folder(DatasetSpec spec, Path cache, long seed, boolean testAlone, boolean skipBroken)
            throws IOException {
        Source source = Source.open(Objects.requireNonNull(spec.root()));
        boolean good = false;
        try {
            Dataset opened =
                    Opened.of(spec, source, seed, testAlone, skipBroken).dataset(cache);
            good = true;
            return opened;
        } finally {
            if (!good) {
                source.close();
            }
        }
    }

    private static Dataset shapes(int train, int test, Path cache) {
        int val = Math.max(10, train / 10);
        // Each image depends on its number alone, so parts of other sizes share what is cached only with their own.
        String hash = Digests.sha256(Shapes.VERSION + "|" + train + "|" + val + "|" + test);
        return new Dataset(
                "shapes",
                Shapes.classNames(),
                new Split("train", new Shapes("train", 0, train), cache, hash),
                new Split("val", new Shapes("val", 1, val), cache, hash),
                new Split("test", new Shapes("test", 2, test), cache, hash),
                hash,
                0,
                false,
                List.of("The images are rendered by Runyard (3 to 10 coloured shapes); no photograph is involved."),
                () -> {});
    }
}
