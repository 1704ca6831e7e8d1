package dev.runyard.service.embedded;

import dev.runyard.service.boot.StartFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** Unpacks the Postgres that is shipped as a jar. Only Linux on x86-64 is shipped. */
final class PostgresBinaries {
    static final String VERSION = "18.6.0";
    static final String MAJOR = VERSION.substring(0, VERSION.indexOf('.'));
    private static final String RESOURCE = "/postgres-linux-x86_64.txz";

    private PostgresBinaries() {}

    /** The unpacked folder {@code pgbin-<version>} below {@code parent}; unpacked once, into place by one move. */
    static Path in(Path parent) {
        Path target = parent.resolve("pgbin-" + VERSION);
        if (Files.isDirectory(target)) {
            return target;
        }
        try (InputStream archive = PostgresBinaries.class.getResourceAsStream(RESOURCE)) {
            if (archive == null || !System.getProperty("os.name").startsWith("Linux")) {
                throw new StartFailure(
                        "no embedded Postgres for " + System.getProperty("os.name") + " "
                                + System.getProperty("os.arch"),
                        "set RUNYARD_DB_URL to a Postgres server, version 15 or newer");
            }
            Path fresh = Files.createTempDirectory(parent, "pgbin");
            try {
                unpack(archive, fresh);
                // Postgres may run as another user than the one that unpacks.
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(fresh);
            }
            return target;
        } catch (IOException e) {
            throw new StartFailure(
                    "cannot unpack the embedded Postgres to " + target + " (" + e.getMessage() + ")",
                    "check free space and rights there",
                    e);
        }
    }

    /** Keeps execute bits and symbolic links; refuses an entry or a link that leads out of the target. */
    static void unpack(InputStream archive, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = inside(target, target, entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else if (entry.isSymbolicLink()) {
                    inside(target, parent(path), entry.getLinkName());
                    Files.createDirectories(parent(path));
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else if (entry.isFile()) {
                    Files.createDirectories(parent(path));
                    Files.copy(tar, path);
                    boolean executable = (entry.getMode() & 0b001_000_000) != 0;
                    Files.setPosixFilePermissions(
                            path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                } else {
                    throw new IOException("unexpected entry " + entry.getName());
                }
            }
        }
    }

    private static Path inside(Path target, Path from, String name) throws IOException {
        Path path = from.resolve(name).normalize();
        if (!path.startsWith(target)) {
            throw new IOException("entry leads outside: " + name);
        }
        return path;
    }

    private static Path parent(Path path) {
        return java.util.Objects.requireNonNull(path.getParent());
    }

    /** Deletes a folder with all it holds; nothing happens when it is not there. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(folder)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
