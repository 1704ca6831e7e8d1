package dev.runyard.vision.data.layout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The 1000 classes of ImageNet-1k in class order, and which of them ImageNet-A and ImageNet-R have. A class is a WordNet id
 * ({@code n01440764}); its index is its place in ascending order, 0 to 999. The subsets are those of the official evaluation scripts
 * of natural-adv-examples and imagenet-r, 200 classes each, 86 in both.
 */
public final class ImageNet {
    /** Number of classes. */
    public static final int CLASSES = 1000;

    private static final String RESOURCE = "imagenet-1k.txt";

    private static final List<String> WNIDS = new ArrayList<>(CLASSES);
    private static final Map<String, Integer> INDEX = new HashMap<>();
    private static final int[] SUBSET_A;
    private static final int[] SUBSET_R;

    static {
        // A line: the id, then A and R where the class is in that subset.
        List<String> lines = lines();
        for (String line : lines) {
            String wnid = line.split(" ")[0];
            INDEX.put(wnid, WNIDS.size());
            WNIDS.add(wnid);
        }
        SUBSET_A = marked(lines, " A");
        SUBSET_R = marked(lines, " R");
    }

    private ImageNet() {}

    /** The 1000 ids; the place is the index. */
    public static List<String> wnids() {
        return List.copyOf(WNIDS);
    }

    /** The class's index, 0 to 999; empty when it is none of the 1000. */
    public static OptionalInt index(String wnid) {
        Integer index = INDEX.get(wnid);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** Indices of the 200 classes of ImageNet-A, ascending. */
    public static int[] subsetA() {
        return SUBSET_A.clone();
    }

    /** Indices of the 200 classes of ImageNet-R, ascending. */
    public static int[] subsetR() {
        return SUBSET_R.clone();
    }

    private static int[] marked(List<String> lines, String mark) {
        return IntStream.range(0, lines.size())
                .filter(i -> lines.get(i).contains(mark))
                .toArray();
    }

    private static List<String> lines() {
        try (InputStream in = Objects.requireNonNull(ImageNet.class.getResourceAsStream(RESOURCE), RESOURCE);
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
