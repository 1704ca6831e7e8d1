package dev.runyard.vision.data;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * An opened data set. Close it to release the zip or files behind it.
 *
 * @param classNames by label
 * @param train images to learn from
 * @param val images to choose by, never part of train or test
 * @param test images to judge by
 * @param hash SHA-256 (hex) over names, labels, parts and contents; the same bytes as a folder or as a zip give the same hash
 * @param skipped unreadable images left out; 0 unless skipping was asked for
 * @param ownSplit whether test was split off by Runyard, so that results do not compare with published ones
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
        List<String> notes,
        Closeable source)
        implements Closeable {
    public Dataset {
        classNames = List.copyOf(classNames);
        notes = List.copyOf(notes);
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
