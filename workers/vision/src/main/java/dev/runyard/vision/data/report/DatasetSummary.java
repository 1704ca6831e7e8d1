package dev.runyard.vision.data.report;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.data.Opened;
import dev.runyard.vision.data.layout.Found;
import dev.runyard.vision.data.layout.Item;
import dev.runyard.vision.data.pixels.Items;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.image.ImageGuard;
import dev.runyard.vision.image.Images;
import dev.runyard.vision.image.Raster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a look at every image of a data set found.
 *
 * @param layout for people: how the data set lies on disk
 * @param train images a class, in the order of {@code classNames}; likewise val and test
 * @param broken path and reason of images that cannot be decoded
 * @param missing classes without an image in train or test, where that part has images at all
 * @param leaks test images with the same pixels as a train or val image, as {@code test = other}
 * @param turned images with an EXIF orientation other than upright; it is not applied
 * @param scaled 16-bit grey images, which are scaled to 8 bit where the reference clips them to white
 * @param mended JPEGs with bytes too many or data that end early before the end marker, which are decoded as Pillow does
 * @param ownSplit whether Runyard made the parts
 */
public record DatasetSummary(
        String id,
        String layout,
        String hash,
        List<String> classNames,
        List<Integer> train,
        List<Integer> val,
        List<Integer> test,
        List<String> broken,
        List<String> missing,
        List<String> leaks,
        int turned,
        int scaled,
        int mended,
        boolean ownSplit,
        List<String> notes) {
    public DatasetSummary {
        classNames = List.copyOf(classNames);
        train = List.copyOf(train);
        val = List.copyOf(val);
        test = List.copyOf(test);
        broken = List.copyOf(broken);
        missing = List.copyOf(missing);
        leaks = List.copyOf(leaks);
        notes = List.copyOf(notes);
    }

    /** Images in all parts. */
    public int images() {
        int sum = 0;
        for (List<Integer> part : List.of(train, val, test)) {
            for (int n : part) {
                sum += n;
            }
        }
        return sum;
    }

    /** Told of every image that was looked at. Called by several threads. */
    public interface Seen {
        void image(int done, int of);
    }

    /** Decodes every image once; parts that are missing stay empty instead of being an error. */
    public static DatasetSummary of(DatasetSpec spec, long seed, Seen seen) throws IOException {
        if (spec.root() == null) {
            throw new DataException(
                    "NO_DATASET", spec.id() + " has no files of its own to look at; name a folder or zip");
        }
        try (Source source = Source.open(Objects.requireNonNull(spec.root()), null)) {
            return of(Opened.of(spec, source, seed, Opened.Purpose.A_LOOK, null), seen);
        }
    }

    /** What one image gave. */
    private record Look(@Nullable String fault, String digest, boolean turned, boolean scaled, boolean mended) {}

    private static DatasetSummary of(Opened opened, Seen seen) throws IOException {
        Found found = opened.found();
        List<List<Item>> parts = List.of(found.train(), found.val(), found.test());
        List<String> broken = new ArrayList<>();
        List<String> leaks = new ArrayList<>();
        Map<String, String> learnt = new HashMap<>();
        int turned = 0;
        int scaled = 0;
        int mended = 0;
        AtomicInteger done = new AtomicInteger();
        int all = found.all().size();
        for (List<Item> part : parts) {
            List<Look> looks = IntStream.range(0, part.size())
                    .parallel()
                    .mapToObj(i -> {
                        Look look = look(opened.source(), part, i);
                        seen.image(done.incrementAndGet(), all);
                        return look;
                    })
                    .toList();
            boolean judged = part == found.test();
            for (int i = 0; i < looks.size(); i++) {
                Look look = looks.get(i);
                String name = part.get(i).name();
                turned += look.turned ? 1 : 0;
                scaled += look.scaled ? 1 : 0;
                mended += look.mended ? 1 : 0;
                if (look.fault != null) {
                    broken.add(look.fault);
                } else if (!judged) {
                    learnt.putIfAbsent(look.digest, name);
                } else if (learnt.containsKey(look.digest)) {
                    leaks.add(name + " = " + learnt.get(look.digest));
                }
            }
        }
        // What no layout could use is missed all the same, for example a list that is a link to nowhere.
        Set<String> used = found.all().stream().map(Item::path).collect(Collectors.toSet());
        opened.source().faults().forEach((path, fault) -> {
            if (!used.contains(path)) {
                broken.add(path + " " + fault);
            }
        });
        int classes = found.classNames().size();
        return new DatasetSummary(
                opened.spec().id(),
                found.layout(),
                opened.hash(),
                found.classNames(),
                counts(found.train(), classes),
                counts(found.val(), classes),
                counts(found.test(), classes),
                broken,
                missing(found),
                leaks,
                turned,
                scaled,
                mended,
                opened.ownSplit(),
                opened.notes());
    }

    private static Look look(Source source, List<Item> items, int i) {
        Item item = items.get(i);
        try {
            if (item.planes() != null) {
                return new Look(null, digest(new Items(source, items).decode(i)), false, false, false);
            }
            byte[] bytes = source.read(item.path());
            boolean turned = ImageGuard.check(item.path(), bytes).orientation() != 1;
            AtomicBoolean mended = new AtomicBoolean();
            Raster raster = Images.decode(item.path(), bytes, () -> mended.set(true));
            return new Look(null, digest(raster.toRgb()), turned, raster.scaled(), mended.get());
        } catch (IOException e) {
            return new Look(String.valueOf(e.getMessage()), "", false, false, false);
        }
    }

    /** Of the pixels, not the file: the same picture saved twice is the same picture. */
    private static String digest(Raster rgb) {
        MessageDigest digest = Sha256.digest();
        digest.update((rgb.width() + "x" + rgb.height()).getBytes(StandardCharsets.US_ASCII));
        digest.update(rgb.data());
        return Sha256.hex(digest);
    }

    private static List<String> missing(Found found) {
        List<String> out = new ArrayList<>();
        Map<String, List<Item>> parts = new LinkedHashMap<>();
        parts.put("train", found.train());
        parts.put("test", found.test());
        parts.forEach((part, items) -> {
            List<Integer> counts = counts(items, found.classNames().size());
            for (int label = 0; label < counts.size() && !items.isEmpty(); label++) {
                boolean possible = found.subset() == null || found.subset().contains(label);
                if (counts.get(label) == 0 && possible) {
                    out.add(part + ": " + found.classNames().get(label));
                }
            }
        });
        return out;
    }

    private static List<Integer> counts(List<Item> items, int classes) {
        List<Integer> out = new ArrayList<>(Collections.nCopies(classes, 0));
        for (Item item : items) {
            out.set(item.label(), out.get(item.label()) + 1);
        }
        return out;
    }
}
