package dev.runyard.vision.data;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.data.layout.FewShot;
import dev.runyard.vision.data.layout.Found;
import dev.runyard.vision.data.layout.Item;
import dev.runyard.vision.data.layout.Layouts;
import dev.runyard.vision.data.layout.Published;
import dev.runyard.vision.data.layout.Splitting;
import dev.runyard.vision.data.pixels.Items;
import dev.runyard.vision.data.pixels.Memory;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A source whose parts are settled. */
public record Opened(DatasetSpec spec, Source source, Found found, boolean ownSplit, int skipped, List<String> notes) {
    /** Files that are read between two words about how far it is. */
    private static final int PIECE = 1_024;

    /** What it is opened for. */
    public enum Purpose {
        /** Training images must be there. */
        TRAINING,
        /** Nothing is trained, but what is judged compares with what was: the parts of a training, of which test will do alone. */
        ASKING,
        /** Nothing is asked of it. */
        A_LOOK,
        /** Only test images are of interest: without a split, that is every image. */
        JUDGING
    }

    /**
     * Settles the parts: what the layout gives, else Runyard's own split.
     *
     * @param cache remembers hashes and broken images between runs; null for a look that leaves bad images in
     */
    public static Opened of(DatasetSpec spec, Source source, long seed, Purpose purpose, @Nullable Path cache)
            throws IOException {
        return of(spec, source, seed, purpose, cache, Watch.NONE);
    }

    /** The same with somebody who hears how far it is. */
    static Opened of(DatasetSpec spec, Source source, long seed, Purpose purpose, @Nullable Path cache, Watch watch)
            throws IOException {
        Found found = Layouts.find(source, spec);
        List<String> notes = new ArrayList<>(source.notes());
        notes.addAll(found.notes());
        @Nullable String other = Published.differs(spec.id(), found);
        if (other != null) {
            notes.add(other);
        }
        notes.addAll(doubles(found));
        if (purpose != Purpose.A_LOOK) {
            notes.addAll(unused(source, found));
        }
        int skipped = 0;
        if (cache != null && spec.onBadImage() == DatasetSpec.BadImage.SKIP) {
            Found whole = readable(found, source, cache, watch);
            skipped = found.all().size() - whole.all().size();
            if (skipped > 0) {
                notes.add("Images that could not be decoded and were left out: " + skipped + ".");
                if (!whole.train().isEmpty()) {
                    Layouts.noEmptyClass(whole.train(), found.shown(), source.name() + " without broken images");
                }
            }
            found = whole;
        }
        boolean own = spec.split() == DatasetSpec.Split.OWN
                || !found.parted()
                || found.test().isEmpty();
        if (spec.split() == DatasetSpec.Split.OFFICIAL && own) {
            throw new DataException(
                    "MISSING_SPLIT",
                    source.name() + " has " + found.layout() + " without a test part; ask for split: own or auto");
        }
        Found settled;
        if (purpose == Purpose.JUDGING && !found.parted() && spec.split() == DatasetSpec.Split.AUTO) {
            own = false;
            settled = found.parts(List.of(), List.of(), found.all());
            notes.add("There is no split, so every image is judged.");
        } else if (own && purpose == Purpose.A_LOOK && Splitting.smallest(found) < Splitting.FEWEST) {
            own = false;
            settled = found;
            notes.add("A class has too few images for a split into train, val and test (at least " + Splitting.FEWEST
                    + "): all are shown as train, and a training is refused.");
        } else if (own) {
            settled = Splitting.own(found, seed);
            notes.add("Own split: Runyard made train, val and test (50/20/30 a class); results do not compare with"
                    + " published ones.");
        } else {
            settled = settled(spec, source, found, seed, purpose, notes);
        }
        if (spec.shots() != null && !settled.train().isEmpty()) {
            settled = FewShot.of(settled, spec.shots(), Objects.requireNonNull(spec.shotSeed()));
            notes.add(spec.shots() + " training images of each class by CoOp's rule, seed " + spec.shotSeed() + ".");
        }
        settled = FewShot.half(settled, spec.classes());
        if (spec.classes() != DatasetSpec.Classes.ALL) {
            notes.add("Of the classes only " + settled.classNames().size() + " are there: dataset.classes "
                    + spec.classes().name().toLowerCase(Locale.ROOT) + ".");
        }
        if (spec.fit() == DatasetSpec.Fit.TRAIN_AND_VAL && !settled.val().isEmpty()) {
            notes.add("Trained on train and val together: " + settled.train().size() + " and "
                    + settled.val().size() + " images; there is no val part.");
            List<Item> both = new ArrayList<>(settled.train());
            both.addAll(settled.val());
            settled = settled.parts(both, List.of(), settled.test());
        }
        Opened opened = new Opened(spec, source, settled, own, skipped, List.copyOf(notes));
        return cache == null ? opened : opened.remembered(seed, cache, watch);
    }

    /** Images called as one in the folder around theirs, as smaller copies are: {@code cat/small/1.jpg} beside {@code cat/1.jpg}. */
    private static List<String> doubles(Found found) {
        Set<String> paths = new HashSet<>();
        found.all().forEach(item -> paths.add(item.path()));
        List<String> doubles = paths.stream()
                .filter(path -> {
                    int name = path.lastIndexOf('/');
                    int around = path.lastIndexOf('/', name - 1);
                    return name > 0 && paths.contains(path.substring(0, around + 1) + path.substring(name + 1));
                })
                .sorted()
                .toList();
        return doubles.isEmpty()
                ? List.of()
                : List.of(doubles.size() + " images are called as one in the folder around theirs, first "
                        + doubles.get(0) + "; where these are copies, move them out of the data set.");
    }

    /** What cannot be read and no layout could use: perhaps it was a list, or a whole class. */
    private static List<String> unused(Source source, Found found) {
        Set<String> used = new HashSet<>();
        found.all().forEach(item -> used.add(item.path()));
        List<String> faults = source.faults().entrySet().stream()
                .filter(fault -> !used.contains(fault.getKey()))
                .map(fault -> fault.getKey() + " " + fault.getValue())
                .toList();
        return faults.isEmpty()
                ? List.of()
                : List.of("Files that cannot be read and are not used: " + faults.size() + ", first " + faults.get(0)
                        + ".");
    }

    /** The official parts, with a val part where there is something to take it from. */
    private static Found settled(
            DatasetSpec spec, Source source, Found found, long seed, Purpose purpose, List<String> notes)
            throws DataException {
        if (found.train().isEmpty() && purpose == Purpose.TRAINING) {
            throw new DataException(
                    "MISSING_SPLIT",
                    source.name() + " (" + found.layout() + ") has test images only; training needs a train part");
        }
        boolean keepsAll = spec.fit() == DatasetSpec.Fit.TRAIN_AND_VAL;
        if (!found.val().isEmpty() || found.train().isEmpty() || keepsAll) {
            return found;
        }
        Splitting.Two two = Splitting.tenth(found.train(), found.classNames().size(), seed);
        notes.add("The data set has no val part: a tenth of train (" + two.off().size()
                + " images, seeded, by class) was set aside for it.");
        return found.parts(two.rest(), two.off(), found.test());
    }

    private static Found readable(Found found, Source source, Path cache, Watch watch) throws IOException {
        List<Item> all = found.all();
        Set<Integer> broken = Set.copyOf(new Memory(cache)
                .broken(
                        hash(found, source, watch),
                        new Items(source, all),
                        done -> watch.piece("bad images of " + shortName(source), done, all.size())));
        int train = found.train().size();
        int val = train + found.val().size();
        return new Found(
                found.layout(),
                found.parted(),
                found.classNames(),
                without(broken, all, 0, train),
                without(broken, all, train, val),
                without(broken, all, val, all.size()),
                found.subset(),
                found.notes());
    }

    private static List<Item> without(Set<Integer> broken, List<Item> items, int from, int to) {
        return IntStream.range(from, to)
                .filter(i -> !broken.contains(i))
                .mapToObj(items::get)
                .toList();
    }

    /** Notices when the data set is not what it was the last time. */
    private Opened remembered(long seed, Path cache, Watch watch) throws IOException {
        String hash = hash(found, source, watch);
        @Nullable String before = new Memory(cache).changed(spec, seed, hash);
        if (before == null) {
            return this;
        }
        List<String> more = new ArrayList<>(notes);
        more.add("The data changed since it was last opened here: its hash was " + before.substring(0, 12) + " and is "
                + hash.substring(0, 12) + "; earlier results are of other images.");
        return new Opened(spec, source, found, ownSplit, skipped, more);
    }

    Dataset dataset(Path cache) throws IOException {
        String hash = hash();
        return new Dataset(
                spec.id(),
                found.classNames(),
                split("train", found.train(), cache, hash),
                split("val", found.val(), cache, hash),
                split("test", found.test(), cache, hash),
                hash,
                skipped,
                ownSplit,
                List.of(new Dataset.Part(spec.id(), spec.id(), 0, found.classNames())),
                found.subset(),
                notes,
                source);
    }

    private Split split(String part, List<Item> items, Path cache, String hash) {
        return new Split(part, new Items(source, items), cache, hash);
    }

    /** Paths count from the images' common folder, so that a folder inside a folder or a zip is the same data set. */
    public String hash() throws IOException {
        return hash(found, source, Watch.NONE);
    }

    private static String hash(Found found, Source source, Watch watch) throws IOException {
        MessageDigest digest = Sha256.digest();
        add(digest, "dataset-1");
        found.classNames().forEach(name -> add(digest, name));
        int skip = common(found.all());
        Set<String> files = new TreeSet<>();
        int part = 0;
        for (List<Item> items : List.of(found.train(), found.val(), found.test())) {
            add(digest, "part " + part++);
            for (Item item : items) {
                add(digest, item.path().substring(skip) + "|" + item.offset() + "|" + item.label());
                files.add(item.path());
            }
        }
        checksums(source, List.copyOf(files), watch);
        for (String path : files) {
            add(digest, path.substring(skip) + "|" + source.files().get(path) + "|" + source.checksum(path));
        }
        return Sha256.hex(digest);
    }

    /** Without the folders around it. */
    private static String shortName(Source source) {
        return source.name().substring(source.name().lastIndexOf('/') + 1);
    }

    /** Of all files, on all cores; the source keeps them. */
    private static void checksums(Source source, List<String> files, Watch watch) throws IOException {
        try {
            for (int from = 0; from < files.size(); from += PIECE) {
                if (from > 0) {
                    watch.piece("files of " + shortName(source), from, files.size());
                }
                files.subList(from, Math.min(from + PIECE, files.size())).parallelStream()
                        .forEach(path -> {
                            try {
                                source.checksum(path);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
            }
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        } finally {
            source.hashed();
        }
    }

    private static void add(MessageDigest digest, String line) {
        digest.update(line.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
    }

    /** Length of the folder path that all images share. */
    private static int common(List<Item> items) {
        if (items.isEmpty()) {
            return 0;
        }
        String first = items.get(0).path();
        int length = first.lastIndexOf('/') + 1;
        for (Item item : items) {
            while (!item.path().startsWith(first.substring(0, length))) {
                length = first.lastIndexOf('/', length - 2) + 1;
            }
        }
        return length;
    }
}
