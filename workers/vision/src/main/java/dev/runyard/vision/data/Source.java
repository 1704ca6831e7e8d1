package dev.runyard.vision.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Set;

/** A folder or a zip that is read in place. Paths are relative with {@code /} between names. Safe for use by several threads. */
interface Source extends Closeable {
    /** Sizes in bytes by path, sorted by path. */
    NavigableMap<String, Long> files();

    /** Every folder below the root, also empty ones. */
    Set<String> folders();

    /** The whole file. */
    byte[] read(String path) throws IOException;

    /** A part of a file; short files are a {@link DataException}. */
    byte[] read(String path, long offset, int length) throws IOException;

    /** The whole file as a stream, for files that are too large to be held. */
    InputStream stream(String path) throws IOException;

    /** A checksum of the content: CRC-32 of all of it, or of both ends where a folder is too large to be read whole. */
    long checksum(String path) throws IOException;

    /** For messages. */
    String name();

    /**
     * Opens a folder or a zip.
     *
     * @throws DataException NO_DATASET, BAD_ARCHIVE, UNSAFE_ARCHIVE
     */
    static Source open(String root) throws IOException {
        return MatSource.over(bare(root));
    }

    private static Source bare(String root) throws IOException {
        Path path;
        try {
            path = Path.of(root);
        } catch (java.nio.file.InvalidPathException e) {
            throw new DataException("NO_DATASET", root + " is no path: " + e.getReason(), e);
        }
        if (Files.isDirectory(path)) {
            return FolderSource.open(path);
        }
        if (!Files.exists(path)) {
            throw new DataException("NO_DATASET", root + " does not exist on this machine; name a folder or a zip");
        }
        return ZipSource.open(path);
    }

    /** Whether a path is noise that operating systems leave behind. */
    static boolean hidden(String path) {
        for (String name : path.split("/")) {
            if (name.startsWith(".") || name.equals("__MACOSX")) {
                return true;
            }
        }
        return false;
    }
}
