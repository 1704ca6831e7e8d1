package dev.runyard.vision.data.source;

import dev.runyard.spec.Sha256;
import dev.runyard.vision.file.Gate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Every file below a folder, with what tells without reading whether it was changed. Links are followed, because labs keep large data
 * elsewhere, but only below the folder and the worker's roots: a link is not a way to the files of whoever runs the worker.
 *
 * @param files by path; also those that cannot be read
 * @param folders every one, also empty ones, and links without an ending that lead nowhere
 * @param faults why a path cannot be read: links that lead nowhere, FIFOs, devices, sockets
 * @param skipped images among what is {@link Noise}
 * @param firstSkipped path of the first of them; empty without any
 */
record Listing(
        NavigableMap<String, Entry> files,
        Set<String> folders,
        NavigableMap<String, String> faults,
        int skipped,
        String firstSkipped) {
    private static final int SHOWN = 3;

    Listing {
        files = Collections.unmodifiableNavigableMap(files);
        folders = Collections.unmodifiableSet(folders);
        faults = Collections.unmodifiableNavigableMap(faults);
    }

    /**
     * A file.
     *
     * @param modified time of the last change of the content, nanoseconds; whoever replaces a file may set it at will
     * @param changed time of the last change of content or attributes, nanoseconds; set by the kernel alone, 0 where there is none
     * @param number of the file in its file system, 0 where there is none
     */
    record Entry(long size, long modified, long changed, long number) {
        private static final Entry NOTHING = new Entry(0, 0, 0, 0);
    }

    /**
     * Walks the folder.
     *
     * @param root a real path
     * @throws DataException OUTSIDE_ROOT, NO_DATASET
     */
    static Listing of(Path root, Gate gate) throws IOException {
        return gate.whileAlive(root, alive -> new Walk(root, gate, alive).listing());
    }

    /** One file, as a zip is. */
    static Entry entry(Path file) throws IOException {
        return Attributes.of(file, true).entry();
    }

    /** SHA-256 over names, sizes and times: another one means that something may have been changed. */
    String stamp() {
        MessageDigest digest = Sha256.digest();
        files.forEach((path, entry) -> digest.update((path + '|' + entry + '\n').getBytes(StandardCharsets.UTF_8)));
        faults.forEach((path, fault) -> digest.update((path + '|' + fault + '\n').getBytes(StandardCharsets.UTF_8)));
        folders.forEach(folder -> digest.update((folder + '\n').getBytes(StandardCharsets.UTF_8)));
        return Sha256.hex(digest);
    }

    private record Attributes(boolean folder, boolean regular, boolean link, Entry entry) {
        private static final String BASIC = "size,lastModifiedTime,isDirectory,isRegularFile,isSymbolicLink";
        /** Not all: owner and group would be looked up by name. */
        private static final String ASKED =
                FileSystems.getDefault().supportedFileAttributeViews().contains("unix")
                        ? "unix:ctime,ino," + BASIC
                        : "basic:" + BASIC;

        static Attributes of(Path path, boolean follow) throws IOException {
            LinkOption[] options = follow ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
            Map<String, Object> found = Files.readAttributes(path, ASKED, options);
            return new Attributes(
                    Boolean.TRUE.equals(found.get("isDirectory")),
                    Boolean.TRUE.equals(found.get("isRegularFile")),
                    Boolean.TRUE.equals(found.get("isSymbolicLink")),
                    new Entry(
                            found.get("size") instanceof Long size ? size : 0,
                            nanos(found.get("lastModifiedTime")),
                            nanos(found.get("ctime")),
                            found.get("ino") instanceof Long number ? number : 0));
        }

        private static long nanos(@Nullable Object time) {
            return time instanceof FileTime t ? t.to(TimeUnit.NANOSECONDS) : 0;
        }
    }

    private static final class Walk {
        private final Path root;
        private final Gate gate;
        private final Runnable alive;
        private final NavigableMap<String, Entry> files = new TreeMap<>();
        private final Set<String> folders = new TreeSet<>();
        private final NavigableMap<String, String> faults = new TreeMap<>();
        private final List<String> outside = new ArrayList<>();
        private final Deque<Path> around = new ArrayDeque<>();
        private int skipped;
        private String firstSkipped = "";

        Walk(Path root, Gate gate, Runnable alive) {
            this.root = root;
            this.gate = gate;
            this.alive = alive;
        }

        Listing listing() throws IOException {
            try {
                folder(root, "", false);
            } catch (FileSystemException e) {
                throw new DataException(
                        "NO_DATASET", e.getFile() + " cannot be listed; let this process read it, or remove it");
            } catch (java.nio.file.DirectoryIteratorException e) {
                throw e.getCause();
            }
            if (!outside.isEmpty()) {
                outside.sort(null);
                throw new DataException(
                        "OUTSIDE_ROOT",
                        root + " has " + outside.size() + " links that lead out of it, first "
                                + String.join(", ", outside.subList(0, Math.min(SHOWN, outside.size())))
                                + "; name the folders they lead to in RUNYARD_ROOTS where the worker starts, or put the"
                                + " files there");
            }
            Noise.thumbnails(folders, files.navigableKeySet()).forEach(this::leaveOut);
            return new Listing(files, folders, faults, skipped, firstSkipped);
        }

        private void leaveOut(String folder) {
            List<String> gone = files.tailMap(folder + "/", true).keySet().stream()
                    .takeWhile(path -> path.startsWith(folder + "/"))
                    .toList();
            gone.forEach(path -> {
                files.remove(path);
                faults.remove(path);
                skip(path);
            });
            folders.removeIf(path -> path.equals(folder) || path.startsWith(folder + "/"));
        }

        private void skip(String path) {
            if (Source.image(path)) {
                skipped++;
                firstSkipped = firstSkipped.isEmpty() || path.compareTo(firstSkipped) < 0 ? path : firstSkipped;
            }
        }

        /** @param at its path with a slash behind it, or empty */
        private void folder(Path folder, String at, boolean noise) throws IOException {
            around.push(folder);
            try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
                for (Path child : children) {
                    alive.run();
                    String name = String.valueOf(child.getFileName());
                    String path = at + name;
                    boolean hidden = noise || Noise.name(name);
                    Attributes attributes = Attributes.of(child, false);
                    if (attributes.link && !hidden) {
                        link(child, path);
                    } else if (attributes.folder) {
                        if (!hidden) {
                            folders.add(path);
                        }
                        folder(child, path + "/", hidden);
                    } else if (!hidden) {
                        file(path, attributes);
                    } else {
                        skip(path);
                    }
                }
            } catch (AccessDeniedException e) {
                // What nobody wants to see need not be seen.
                if (!noise) {
                    throw e;
                }
            }
            around.pop();
        }

        private void file(String path, Attributes attributes) {
            files.put(path, attributes.entry);
            if (!attributes.regular) {
                faults.put(path, "is a FIFO, a device or a socket, not a file");
            }
        }

        private static String why(FileSystemException e) {
            return e instanceof NoSuchFileException
                    ? "which does not exist"
                    : e instanceof AccessDeniedException
                            ? "where this process may not look"
                            : "which leads round in a circle";
        }

        private void link(Path link, String path) throws IOException {
            Path target;
            try {
                target = link.toRealPath();
            } catch (FileSystemException e) {
                files.put(path, Entry.NOTHING);
                faults.put(path, "is a link to " + Files.readSymbolicLink(link) + ", " + why(e));
                if (path.indexOf('.', path.lastIndexOf('/') + 1) < 0) {
                    // It was a folder, and perhaps a class.
                    folders.add(path);
                }
                return;
            }
            if (!gate.holds(target)) {
                outside.add(path + " -> " + Files.readSymbolicLink(link));
                return;
            }
            Attributes attributes = Attributes.of(target, false);
            if (!attributes.folder) {
                file(path, attributes);
            } else if (around.contains(target)) {
                throw new DataException(
                        "NO_DATASET", root + ": " + path + " is a link to a folder around it; remove the link");
            } else {
                folders.add(path);
                folder(target, path + "/", false);
            }
        }
    }
}
