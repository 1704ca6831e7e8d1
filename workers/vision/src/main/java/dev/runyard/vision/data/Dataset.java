package dev.runyard.vision.data;

import dev.runyard.vision.image.TestTransform;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An opened data set. Close it to release the zip or files behind it.
 *
 * @param classNames by label, no two alike
 * @param train images to learn from
 * @param val images to choose by, never part of train or test
 * @param test images to judge by
 * @param hash SHA-256 (hex) over names, labels, parts and contents; the same bytes as a folder or as a zip give the same hash
 * @param skipped unreadable images left out; 0 unless skipping was asked for
 * @param ownSplit whether test was split off by Runyard, so that results do not compare with published ones
 * @param parts the data sets it consists of, in the order of their labels; one, itself, unless it is a union
 * @param subset labels that can occur where these are fewer than the classes (200 of ImageNet's 1000 for A and R), ascending; null
 *     when all can
 * @param notes what a reader of results must know, one sentence each; empty when there is nothing
 */
public record Dataset(
        String id,
        List<String> classNames,
        Split train,
        Split val,
        Split test,
        String hash,
        int skipped,
        boolean ownSplit,
        List<Part> parts,
        @Nullable List<Integer> subset,
        List<String> notes,
        Closeable source)
        implements Closeable {
    public Dataset {
        classNames = List.copyOf(classNames);
        parts = List.copyOf(parts);
        notes = List.copyOf(notes);
    }

    /**
     * A data set inside a union.
     *
     * @param name the id, followed by -2 and so on where an earlier part has the same
     * @param id of the data set
     * @param firstLabel its first label in the union; the others follow
     * @param classNames its own names, by label less {@code firstLabel}
     */
    public record Part(String name, String id, int firstLabel, List<String> classNames) {
        public Part {
            classNames = List.copyOf(classNames);
        }

        /** Number of its classes. */
        public int classes() {
            return classNames.size();
        }
    }

    /** The same images as a model with this test transform is shown them; closed with this one. */
    public Dataset seenBy(TestTransform transform) {
        return new Dataset(
                id,
                classNames,
                train.seenBy(transform),
                val.seenBy(transform),
                test.seenBy(transform),
                hash,
                skipped,
                ownSplit,
                parts,
                subset,
                notes,
                source);
    }

    /** Which of {@link #parts} a label belongs to. */
    public int partOf(int label) {
        for (int i = parts.size() - 1; i >= 0; i--) {
            if (label >= parts.get(i).firstLabel()) {
                return i;
            }
        }
        throw new IllegalArgumentException("label " + label + " belongs to no part of " + id);
    }

    /** Number of classes. */
    public int classes() {
        return classNames.size();
    }

    @Override
    public void close() throws IOException {
        train.close();
        val.close();
        test.close();
        source.close();
    }
}
