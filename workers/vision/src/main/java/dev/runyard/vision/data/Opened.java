package dev.runyard.vision.data;

import dev.runyard.spec.DatasetSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A source whose parts are settled. */
record Opened(DatasetSpec spec, Source source, Found found, boolean ownSplit, int skipped, List<String> notes) {

    /**
     * Settles the parts: what the layout gives, else Runyard's own split.
     *
     * @param testAlone whether a data set without training images will do
     * @param skipBroken whether images that cannot be decoded are left out
     */
    static Opened of(DatasetSpec spec, Source source, long seed, boolean testAlone, boolean skipBroken)
            throws IOException {
        Found found = Layouts.find(source, spec.split());
        List<String> notes = new ArrayList<>();
        int skipped = 0;
        if (skipBroken) {
            Found whole = without(found, source);
            skipped = found.all().size() - whole.all().size();
            if (skipped > 0) {
                notes.add("Images that could not be decoded and were left out: " + skipped + ".");
                Layouts.noEmptyClass(whole.train(), whole.classNames(), source.name() + " without broken images");
            }
            found = whole;
        }
        if (spec.split() == DatasetSpec.Split.OFFICIAL && !found.parted()) {
            throw new DataException(
                    "MISSING_SPLIT",
                    source.name() + " has " + found.layout() + " without a test part; ask for split: own or auto");
        }
        boolean own = spec.split() == DatasetSpec.Split.OWN
                || !found.parted()
                || found.test().isEmpty();
        if (own && !found.train().isEmpty()) {
            found = Splitting.own(found, seed);
            notes.add("Own split: Runyard made train, val and test (50/20/30 a class); results do not compare with"
                    + " published ones.");
        } else if (found.train().isEmpty() && !testAlone) {
            throw new DataException(
                    "MISSING_SPLIT",
                    source.name() + " (" + found.layout() + ") has test images only; training needs a train part");
        } else if (found.val().isEmpty() && !found.train().isEmpty()) {
            Splitting.Two two =
                    Splitting.tenth(found.train(), found.classNames().size(), seed);
            found = new Found(found.layout(), true, found.classNames(), two.rest(), two.off(), found.test());
            notes.add("The data set has no val part: a tenth of train ("
                    + two.off().size() + " images, seeded, by class) was set aside for it.");
        }
        return new Opened(spec, source, found, own, skipped, List.copyOf(notes));
    }

    private static Found without(Found found, Source source) {
        return new Found(
                found.layout(),
                found.parted(),
                found.classNames(),
                readable(found.train(), source),
                readable(found.val(), source),
                readable(found.test(), source));
    }

    private static List<Item> readable(List<Item> items, Source source) {
        Items pictures = new Items(source, items);
        return IntStream.range(0, items.size())
                .parallel()
                .filter(i -> fault(pictures, i) == null)
                .mapToObj(items::get)
                .toList();
    }

    /** Why an image cannot be decoded; null when it can. */
    static @Nullable String fault(Pictures pictures, int i) {
        try {
            pictures.decode(i);
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
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
                notes,
                source);
    }

    private Split split(String part, List<Item> items, Path cache, String hash) {
        return new Split(part, new Items(source, items), cache, hash);
    }

    /** Paths count from the images' common folder, so that a folder inside a folder or a zip is the same data set. */
    String hash() throws IOException {
        MessageDigest digest = Digests.sha256();
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
        for (String path : files) {
            add(digest, path.substring(skip) + "|" + source.files().get(path) + "|" + source.checksum(path));
        }
        return Digests.hex(digest.digest());
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
