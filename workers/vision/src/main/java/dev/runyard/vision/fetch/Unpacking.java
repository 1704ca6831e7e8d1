package dev.runyard.vision.fetch;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * Archives from elsewhere. Nothing lands outside the target, links and devices are refused, and numbers and sizes have limits that count
 * what is really written. What is in an archive appears in the target whole or not at all.
 */
public final class Unpacking {
    private static final int RECORD = 512;

    /** What an archive may hold. */
    record Limits(int entries, long bytes, long ratio, long free) {
        static final Limits USUAL = new Limits(2_000_000, 1L << 40, 100, 64L << 20);
    }

    private final Path archive;
    private final Path partial;
    private final Limits limits;
    private final Listener listener;
    private int entries;
    private long bytes;

    /** Told of progress. */
    public interface Listener {
        void entries(String archive, int done);
    }

    private Unpacking(Path archive, Path partial, Limits limits, Listener listener) {
        this.archive = archive;
        this.partial = partial;
        this.limits = limits;
        this.listener = listener;
    }

    /**
     * Unpacks into a folder.
     *
     * @throws FetchException UNSAFE_ARCHIVE, BAD_ARCHIVE; nothing of the archive is then in the target
     */
    public static void unpack(Path archive, RemoteFile.Packing packing, Path target, Listener listener)
            throws IOException {
        unpack(archive, packing, target, listener, Limits.USUAL);
    }

    static void unpack(Path archive, RemoteFile.Packing packing, Path target, Listener listener, Limits limits)
            throws IOException {
        Files.createDirectories(target);
        Path partial = Files.createTempDirectory(target, ".unpacking-");
        try {
            Unpacking unpacking = new Unpacking(archive, partial, limits, listener);
            switch (packing) {
                case ZIP -> unpacking.zip();
                case TAR -> unpacking.tar(false);
                case TAR_GZ -> unpacking.tar(true);
            }
            if (unpacking.entries == 0) {
                throw new FetchException("BAD_ARCHIVE", archive + " holds nothing; fetch it again");
            }
            List<Path> children;
            try (Stream<Path> list = Files.list(partial)) {
                children = list.sorted().toList();
            }
            for (Path child : children) {
                if (Files.exists(target.resolve(child.getFileName()))) {
                    throw new FetchException(
                            "EXISTS",
                            target.resolve(child.getFileName()) + " is there already and " + archive.getFileName()
                                    + " holds the same name; move it away, or name another folder with --to");
                }
            }
            for (Path child : children) {
                Files.move(child, target.resolve(child.getFileName()));
            }
        } catch (ZipException | EOFException e) {
            throw new FetchException("BAD_ARCHIVE", archive + " is damaged: " + e.getMessage() + "; fetch it again", e);
        } finally {
            delete(partial);
        }
    }

    private void zip() throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                @Nullable Path to = place(entry.getName(), entry.isDirectory());
                if (to != null) {
                    CRC32 crc = new CRC32();
                    try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), crc)) {
                        write(in, to, entry.getName());
                    }
                    if (crc.getValue() != entry.getCrc()) {
                        throw new ZipException(SafeNames.printable(entry.getName()) + " has a wrong checksum");
                    }
                }
            }
        }
    }

    private void tar(boolean packed) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                Zeros unpacked = new Zeros(packed ? new GZIPInputStream(raw, 1 << 16) : raw);
                TarArchiveInputStream tar = new TarArchiveInputStream(unpacked)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.isCheckSumOK()) {
                    throw new FetchException("BAD_ARCHIVE", archive + " is no tar, or a damaged one; fetch it again");
                }
                byte kind = entry.getLinkFlag();
                boolean plain = kind == TarConstants.LF_OLDNORM || kind == TarConstants.LF_NORMAL;
                if (!plain && !entry.isDirectory()) {
                    throw unsafe("a link or device called " + SafeNames.printable(entry.getName()));
                }
                // "./" before every name is how many tars are made.
                String name = entry.getName().replaceFirst("^(\\./)+", "");
                @Nullable Path to = name.isEmpty() ? null : place(name, entry.isDirectory());
                if (to != null) {
                    write(tar, to, name);
                }
            }
            unpacked.transferTo(OutputStream.nullOutputStream());
            if (unpacked.zeros < RECORD) {
                throw new FetchException(
                        "BAD_ARCHIVE", archive + " ends without a tar's mark, so it is cut short; fetch it again");
            }
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            // Its own words differ by release; a fault of the disk is told by the message.
            throw new FetchException(
                    "BAD_ARCHIVE", archive + " cannot be unpacked: " + e.getMessage() + "; fetch it again", e);
        }
    }

    /** How many of the last bytes were zero: a whole tar ends with zeros, one that is cut between two entries does not. */
    private static final class Zeros extends FilterInputStream {
        private long zeros;

        Zeros(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            zeros = b > 0 ? 0 : b == 0 ? zeros + 1 : zeros;
            return b;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int n = super.read(buffer, from, length);
            int last = n - 1;
            while (last >= 0 && buffer[from + last] == 0) {
                last--;
            }
            zeros = last >= 0 ? n - 1 - last : zeros + Math.max(0, n);
            return n;
        }

        @Override
        public long skip(long n) throws IOException {
            // By reading, so that what is skipped is counted too.
            return Math.max(0, read(new byte[(int) Math.min(n, 1 << 16)], 0, (int) Math.min(n, 1 << 16)));
        }
    }

    /** Where an entry goes; null for a folder, which is made, and for what systems leave behind. */
    private @Nullable Path place(String name, boolean folder) throws IOException {
        if (++entries > limits.entries) {
            throw unsafe("more than " + limits.entries + " entries");
        }
        if (!SafeNames.isSafe(name)) {
            throw unsafe("an entry with an unsafe name: \"" + SafeNames.printable(name) + "\"");
        }
        listener.entries(String.valueOf(archive.getFileName()), entries);
        Path to = partial.resolve(name).normalize();
        if (!to.startsWith(partial)) {
            throw unsafe("an entry that leaves the target: \"" + SafeNames.printable(name) + "\"");
        }
        if (folder) {
            Files.createDirectories(to);
            return null;
        }
        String last = String.valueOf(to.getFileName());
        return name.startsWith("__MACOSX/") || last.startsWith("._") || last.equals(".DS_Store") ? null : to;
    }

    private void write(InputStream in, Path to, String name) throws IOException {
        Files.createDirectories(to.getParent());
        byte[] buffer = new byte[1 << 16];
        long most = Math.max(limits.free, limits.ratio * Files.size(archive));
        try (OutputStream out = Files.newOutputStream(to, java.nio.file.StandardOpenOption.CREATE_NEW)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes += n;
                if (bytes > limits.bytes || bytes > most) {
                    throw unsafe("more than " + Math.min(limits.bytes, most) + " bytes");
                }
                out.write(buffer, 0, n);
            }
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw new FetchException("BAD_ARCHIVE", archive + " holds " + name + " twice", e);
        }
    }

    private FetchException unsafe(String what) {
        return new FetchException("UNSAFE_ARCHIVE", archive + " holds " + what + "; it is not unpacked");
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(tree)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
