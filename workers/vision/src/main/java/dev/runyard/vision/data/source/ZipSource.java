package dev.runyard.vision.data.source;

import dev.runyard.vision.fetch.SafeNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A zip, read in place and never unpacked to disk, so nothing in it can land outside a folder. Names, number and sizes are checked
 * first; what an entry inflates to must have the size and checksum that the directory gives.
 */
final class ZipSource implements Source {
    private static final int MAX_ENTRIES = 2_000_000;
    private static final long MAX_ENTRY = 1L << 30;
    private static final long MAX_TOTAL = 1L << 40;
    private static final long RATIO = 100;
    private static final long RATIO_FREE = 16L << 20;
    /** Files read in parts (CIFAR's) are kept inflated up to this size each. */
    private final Map<String, byte[]> kept = new HashMap<>();

    private final Path path;
    private final ZipFile zip;
    private final NavigableMap<String, Long> files;
    private final Set<String> folders;
    private final List<String> notes;
    private final boolean dotted;

    private ZipSource(
            Path path,
            ZipFile zip,
            NavigableMap<String, Long> files,
            Set<String> folders,
            List<String> notes,
            boolean dotted) {
        this.dotted = dotted;
        this.path = path;
        this.zip = zip;
        this.files = Collections.unmodifiableNavigableMap(files);
        this.folders = Collections.unmodifiableSet(folders);
        this.notes = List.copyOf(notes);
    }

    /**
     * Lists the archive.
     *
     * @param path for messages
     * @param real the regular file
     */
    static ZipSource open(Path path, Path real) throws IOException {
        boolean legacy = false;
        ZipFile zip;
        try {
            zip = new ZipFile(real.toFile());
        } catch (ZipException | IllegalArgumentException e) {
            // What it says of names and methods is the JDK's; the file's own bytes are not in it.
            @Nullable ZipFile old = ZipFlaws.oldNames(real);
            if (old == null) {
                throw new DataException(
                        "BAD_ARCHIVE",
                        path + " is neither a folder nor a whole zip (" + ZipFlaws.reason(real)
                                + "); unpack other archives first");
            }
            zip = old;
            legacy = true;
        }
        boolean good = false;
        try {
            ZipSource source = listed(path, zip, legacy);
            good = true;
            return source;
        } finally {
            if (!good) {
                zip.close();
            }
        }
    }

    private static ZipSource listed(Path path, ZipFile zip, boolean legacy) throws DataException {
        if (zip.size() > MAX_ENTRIES) {
            throw new DataException(
                    "UNSAFE_ARCHIVE", path + " has " + zip.size() + " entries, the limit is " + MAX_ENTRIES);
        }
        NavigableMap<String, Long> files = new TreeMap<>();
        Set<String> folders = new TreeSet<>();
        List<String> notes = new ArrayList<>();
        if (legacy) {
            notes.add(ZipFlaws.NOT_UTF8);
        }
        int skipped = 0;
        String firstSkipped = "";
        int number = 0;
        boolean dotted = false;
        long total = 0;
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
            ZipEntry entry = entries.nextElement();
            String name = plain(entry.getName());
            number++;
            if (name.isEmpty()) {
                continue;
            }
            checkName(path, name, number, legacy);
            if (Noise.path(name)) {
                if (Source.image(name)) {
                    skipped++;
                    firstSkipped = firstSkipped.isEmpty() || name.compareTo(firstSkipped) < 0 ? name : firstSkipped;
                }
                continue;
            }
            for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
                folders.add(name.substring(0, slash));
            }
            if (entry.isDirectory()) {
                continue;
            }
            total += Math.max(0, entry.getSize());
            if (total > MAX_TOTAL) {
                throw new DataException("UNSAFE_ARCHIVE", path + " inflates to more than " + MAX_TOTAL + " bytes");
            }
            if (files.put(name, entry.getSize()) != null) {
                throw new DataException("BAD_ARCHIVE", path + " holds " + name + " twice");
            }
            dotted |= !name.equals(entry.getName());
        }
        for (String folder : Noise.thumbnails(folders, files.navigableKeySet())) {
            List<String> gone = files.tailMap(folder + "/", true).keySet().stream()
                    .takeWhile(name -> name.startsWith(folder + "/"))
                    .toList();
            for (String name : gone) {
                files.remove(name);
                if (Source.image(name)) {
                    skipped++;
                    firstSkipped = firstSkipped.isEmpty() || name.compareTo(firstSkipped) < 0 ? name : firstSkipped;
                }
            }
            folders.removeIf(name -> name.equals(folder) || name.startsWith(folder + "/"));
        }
        notes.addAll(Noise.note(skipped, firstSkipped));
        return new ZipSource(path, zip, files, folders, notes, dotted);
    }

    /** Without the "./" that some programs put before every name. */
    private static String plain(String name) {
        return name.startsWith("./") ? name.substring(2) : name;
    }

    private static void checkName(Path path, String name, int number, boolean legacy) throws DataException {
        if (!SafeNames.isSafe(name)) {
            throw new DataException(
                    "UNSAFE_ARCHIVE",
                    path + ", entry " + number
                            + (legacy
                                    ? ": the name is not UTF-8, and by code page 437 it cannot be read safely; zip the folder"
                                            + " again with a program that writes UTF-8 names, or unpack it"
                                    : ": an unsafe name, which is absolute, leads out of the archive or has backslashes or"
                                            + " control characters; zip the folder again, with / between names"));
        }
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    @Override
    public NavigableMap<String, Long> files() {
        return files;
    }

    @Override
    public Set<String> folders() {
        return folders;
    }

    @Override
    public byte[] read(String name) throws IOException {
        ZipEntry entry = safe(name);
        long size = entry.getSize();
        byte[] data;
        try (InputStream in = zip.getInputStream(entry)) {
            data = in.readNBytes((int) size);
            if (data.length < size || in.read() >= 0) {
                throw damaged(name, "has another size than the archive's directory gives");
            }
        } catch (ZipException | java.io.EOFException e) {
            throw damaged(name, ZipFlaws.encrypted(path) ? "is encrypted; unpack the archive" : "does not inflate");
        }
        CRC32 crc = new CRC32();
        crc.update(data);
        if (crc.getValue() != entry.getCrc()) {
            throw damaged(name, "has a wrong checksum");
        }
        return data;
    }

    /** An entry whose sizes are no bomb's. */
    private ZipEntry safe(String name) throws DataException {
        ZipEntry entry = entry(name);
        long size = entry.getSize();
        long packed = entry.getCompressedSize();
        if (size < 0 || size > MAX_ENTRY || (size > RATIO_FREE && size / Math.max(1, packed) > RATIO)) {
            throw new DataException(
                    "UNSAFE_ARCHIVE",
                    path.getFileName() + ": " + name + " inflates from " + packed + " to " + size + " bytes");
        }
        return entry;
    }

    @Override
    public InputStream stream(String name) throws IOException {
        ZipEntry entry = safe(name);
        return new CheckedInputStream(zip.getInputStream(entry), new CRC32()) {
            private long seen;

            @Override
            public int read() throws IOException {
                int b = super.read();
                count(b < 0 ? -1 : 1);
                return b;
            }

            @Override
            public int read(byte[] buffer, int from, int length) throws IOException {
                int n = super.read(buffer, from, length);
                count(n);
                return n;
            }

            private void count(int n) throws DataException {
                seen += Math.max(0, n);
                if (seen > entry.getSize() || n < 0 && getChecksum().getValue() != entry.getCrc()) {
                    throw damaged(name, "has another size or checksum than the archive's directory gives");
                }
            }
        };
    }

    @Override
    public synchronized byte[] read(String name, long offset, int length) throws IOException {
        byte[] all = kept.get(name);
        if (all == null) {
            all = read(name);
            kept.put(name, all);
        }
        if (offset < 0 || offset + length > all.length) {
            throw new DataException("UNREADABLE_IMAGE", name + " ends at byte " + all.length);
        }
        byte[] out = new byte[length];
        System.arraycopy(all, (int) offset, out, 0, length);
        return out;
    }

    @Override
    public long checksum(String name) throws IOException {
        return entry(name).getCrc();
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private ZipEntry entry(String name) throws DataException {
        @Nullable ZipEntry entry = zip.getEntry(name);
        if (entry == null && dotted) {
            entry = zip.getEntry("./" + name);
        }
        if (entry == null) {
            throw new DataException("MISSING_FILE", path + " has no " + name);
        }
        return entry;
    }

    private DataException damaged(String name, String what) {
        return new DataException("BAD_ARCHIVE", path.getFileName() + ": " + name + " " + what);
    }
}
