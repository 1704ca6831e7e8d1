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
        throw new DataException("NO_DATASET", spec.toString());
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
