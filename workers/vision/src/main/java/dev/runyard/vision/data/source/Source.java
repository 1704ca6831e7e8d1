package dev.runyard.vision.data.source;

import dev.runyard.vision.file.Gate;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A folder or a zip that is read in place. Paths are relative with {@code /} between names. Safe for use by several threads. */
public interface Source extends Closeable {
    /** Endings of the names of images. */
    Set<String> IMAGE =
            Set.of("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff", "heic", "avif", "jfif", "jpe");

    /** Sizes in bytes by path, sorted by path; also of what cannot be read. */
    NavigableMap<String, Long> files();

    /** Every folder below the root, also empty ones. */
    Set<String> folders();

    /** Why paths among {@link #files} cannot be read, for example because they are links that lead nowhere. */
    default NavigableMap<String, String> faults() {
        return Collections.emptyNavigableMap();
    }

    /** What a reader of results must know of it. */
    default List<String> notes() {
        return List.of();
    }

    /** The whole file. */
    byte[] read(String path) throws IOException;

    /** A part of a file; short files are a {@link DataException}. */
    byte[] read(String path, long offset, int length) throws IOException;

    /** The whole file as a stream, for files that are too large to be held. */
    InputStream stream(String path) throws IOException;

    /**
     * A checksum of the content: CRC-32 of all of it, or, where a folder is too large to be read whole, of both ends, with another one
     * beside it where it is known that the file between them is not what it was.
     */
    long checksum(String path) throws IOException;

    /** Told after the checksums of all files were asked for. */
    default void hashed() throws IOException {}

    /** For messages. */
    String name();

    /** Whether a path is called as images are; what is in it is not looked at. */
    static boolean image(String path) {
        int dot = path.lastIndexOf('.');
        return dot > path.lastIndexOf('/')
                && IMAGE.contains(path.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    /**
     * Opens a folder or a zip.
     *
     * @param cache remembers what was read between openings; null for none
     * @throws DataException NO_DATASET, BAD_ARCHIVE, UNSAFE_ARCHIVE, OUTSIDE_ROOT
     */
    static Source open(String root, @Nullable Path cache) throws IOException {
        Gate gate = new Gate(DataException::new);
        Path path = path(root, gate);
        return MatSource.over(
                gate.isFolder(path)
                        ? FolderSource.open(path, gate, moreRoots(), cache)
                        : ZipSource.open(path, gate.file(path)));
    }

    /**
     * What changes whenever a file of a folder or zip is added, removed or may have been changed; reads no content.
     *
     * @throws DataException as {@link #open}
     */
    static String stamp(String root) throws IOException {
        Gate gate = new Gate(DataException::new);
        Path path = path(root, gate);
        if (!gate.isFolder(path)) {
            Path zip = gate.file(path);
            return zip + "|" + gate.patiently(zip, () -> Listing.entry(zip));
        }
        Path folder = gate.folder(path);
        return folder + "|"
                + Listing.of(folder, gate.below(folder, moreRoots())).stamp();
    }

    private static Path path(String root, Gate gate) throws IOException {
        try {
            Path path = Path.of(root);
            if (!gate.patiently(path, () -> Files.exists(path))) {
                throw new DataException("NO_DATASET", root + " does not exist on this machine; name a folder or a zip");
            }
            return path;
        } catch (InvalidPathException e) {
            throw new DataException("NO_DATASET", root + " is no path: " + e.getReason(), e);
        }
    }

    /** Folders that links inside a data set may lead to: {@code RUNYARD_ROOTS}, separated as in PATH. */
    private static List<Path> moreRoots() {
        @Nullable String given = System.getProperty("runyard.roots", System.getenv("RUNYARD_ROOTS"));
        return given == null
                ? List.of()
                : Arrays.stream(given.split(File.pathSeparator))
                        .filter(root -> !root.isBlank())
                        .map(Path::of)
                        .toList();
    }
}
