package dev.runyard.vision.data;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.data.pixels.Shapes;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Opens what a spec names. */
public final class Datasets {
    private Datasets() {}

    /**
     * Finds the layout, the classes and the parts. Pixels are decoded when asked for, unless bad images are to be skipped: then all are
     * decoded the first time, to know which.
     *
     * @param cache folder for decoded pixels, made when needed
     * @param seed of splits that Runyard makes itself; give every run of a comparison the same one
     * @throws DataException when there is no data set, or one that cannot be used as asked
     */
    public static Dataset open(DatasetSpec spec, Path cache, long seed) throws IOException {
        return open(spec, cache, seed, Watch.NONE);
    }

    /** The same with somebody who hears how far it is. */
    public static Dataset open(DatasetSpec spec, Path cache, long seed, Watch watch) throws IOException {
        return open(spec, cache, seed, Opened.Purpose.TRAINING, watch);
    }

    /** For what is judged as a training would be, but trains nothing: a data set without training images will do. */
    public static Dataset openForAsking(DatasetSpec spec, Path cache, long seed, Watch watch) throws IOException {
        return open(spec, cache, seed, Opened.Purpose.ASKING, watch);
    }

    /**
     * For judging alone: a data set without training images is welcome too; its train part is then empty. One without any split is
     * judged whole.
     */
    public static Dataset openForEvaluation(DatasetSpec spec, Path cache, long seed) throws IOException {
        return openForEvaluation(spec, cache, seed, Watch.NONE);
    }

    /** The same with somebody who hears how far it is. */
    public static Dataset openForEvaluation(DatasetSpec spec, Path cache, long seed, Watch watch) throws IOException {
        return open(spec, cache, seed, Opened.Purpose.JUDGING, watch);
    }

    /**
     * What changes whenever a file of the data set is added or removed or may have been changed: names, sizes and times of all files, no
     * content. Equal stamps mean that an opened data set is still what it was.
     */
    public static String stamp(DatasetSpec spec) throws IOException {
        StringBuilder stamp = new StringBuilder();
        if (spec.root() != null) {
            stamp.append(Source.stamp(spec.root()));
        }
        if (spec.parts() != null) {
            for (DatasetPart part : spec.parts()) {
                stamp.append('|').append(part.root() == null ? "" : Source.stamp(part.root()));
            }
        }
        return stamp.toString();
    }

    private static Dataset open(DatasetSpec spec, Path cache, long seed, Opened.Purpose purpose, Watch watch)
            throws IOException {
        return switch (spec.id()) {
            case "shapes" -> shapes(Objects.requireNonNull(spec.train()), Objects.requireNonNull(spec.test()), cache);
            case DatasetSpec.UNION -> union(spec, cache, seed, purpose, watch);
            default -> folder(spec, cache, seed, purpose, watch);
        };
    }

    private static Dataset union(DatasetSpec spec, Path cache, long seed, Opened.Purpose purpose, Watch watch)
            throws IOException {
        List<Dataset> members = new ArrayList<>();
        boolean good = false;
        try {
            for (DatasetPart part : Objects.requireNonNull(spec.parts())) {
                members.add(open(part.spec(spec.onBadImage(), spec.fit()), cache, seed, purpose, watch));
            }
            Dataset union = Union.of(members, cache);
            good = true;
            return union;
        } finally {
            if (!good) {
                for (Dataset member : members) {
                    member.close();
                }
            }
        }
    }

    private static Dataset folder(DatasetSpec spec, Path cache, long seed, Opened.Purpose purpose, Watch watch)
            throws IOException {
        if (spec.root() == null) {
            throw new DataException(
                    "NO_DATASET",
                    "data set \"" + (spec.name() == null ? spec.id() : spec.name())
                            + "\" is named without a root, and no data.yaml (RUNYARD_DATA) says where it is; name it there, or"
                            + " give dataset.root");
        }
        Source source = Source.open(spec.root(), cache);
        boolean good = false;
        try {
            Dataset opened =
                    Opened.of(spec, source, seed, purpose, cache, watch).dataset(cache);
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
        String hash = Sha256.of(Shapes.VERSION + "|" + train + "|" + val + "|" + test);
        return new Dataset(
                "shapes",
                Shapes.classNames(),
                new Split("train", new Shapes("train", 0, train), cache, hash),
                new Split("val", new Shapes("val", 1, val), cache, hash),
                new Split("test", new Shapes("test", 2, test), cache, hash),
                hash,
                0,
                false,
                List.of(new Dataset.Part("shapes", "shapes", 0, Shapes.classNames())),
                null,
                List.of("The images are rendered by Runyard (3 to 10 coloured shapes); no photograph is involved."),
                () -> {});
    }
}
