package dev.runyard.cli.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleConsumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A home that rests, as one tar file: database, artifacts and secrets, and at its end the SHA-256 of each. What is made anew when it is
 * missing (caches, unpacked programs, logs, copies that workers hold) is left out. The lab does not run meanwhile, so the database's files
 * are those of one moment and belong to the artifacts beside them.
 */
final class HomeArchive {
    private static final String LIST = "runyard-backup.json";
    private static final int FORMAT = 1;
    private static final int MOST_LIST_BYTES = 1 << 30;
    private static final Set<String> LEFT_OUT = Set.of(
            "lock",
            "up.lock",
            "lab.json",
            "up.json",
            "data",
            "djl",
            "work",
            "spool",
            "logs",
            "inverses",
            "fetched",
            "fetch",
            "places",
            "build");

    private final LabHome home;

    HomeArchive(LabHome home) {
        this.home = home;
    }

    /** What went into an archive, or came out of it. */
    record Content(int files, long bytes) {}

    /**
     * @param file must not exist; it appears whole or not at all, for this user only, because the lab's secrets are in it
     * @param progress 0 to 1
     * @throws Failure when a lab runs on the home, or there is none in it
     */
    Content write(Path file, DoubleConsumer progress) throws IOException {
        if (!Files.isDirectory(home.folder().resolve("postgres"))) {
            throw Failure.fault(
                    "there is no embedded database in " + home.folder(),
                    "set RUNYARD_HOME to the lab's home; a database of your own is backed up by its own tools");
        }
        if (Files.exists(file)) {
            throw Failure.badInput(file + " exists already", "name a new file");
        }
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        Path part = Files.createTempFile(folder, "runyard-backup", ".part");
        try (FileChannel ours = FileChannel.open(
                        home.folder().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = resting(ours)) {
            Content content = pack(part, progress);
            try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            return content;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** The lock that a running service holds; and no database that a killed one left behind. */
    private FileLock resting(FileChannel channel) throws IOException {
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process: as by another.
        }
        if (lock == null || databaseRuns()) {
            throw Failure.fault(
                    "the lab on " + home.folder() + " is running",
                    "stop it (\"runyard down\"), and start it again afterwards: its runs go on where they were");
        }
        return lock;
    }

    private boolean databaseRuns() throws IOException {
        Path pid = home.folder().resolve("postgres/postmaster.pid");
        if (!Files.exists(pid)) {
            return false;
        }
        String first = Files.readString(pid).lines().findFirst().orElse("").strip();
        return first.matches("\\d{1,9}")
                && ProcessHandle.of(Long.parseLong(first))
                        .filter(ProcessHandle::isAlive)
                        .flatMap(process -> process.info().command())
                        .filter(command -> command.endsWith("/postgres"))
                        .isPresent();
    }

    private Content pack(Path part, DoubleConsumer progress) throws IOException {
        List<Path> all = kept();
        long total = 0;
        for (Path path : all) {
            total += Files.isDirectory(path) ? 0 : Files.size(path);
        }
        ObjectNode hashes = Json.mapper().createObjectNode();
        long done = 0;
        try (OutputStream raw = Files.newOutputStream(part);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(raw, StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            for (Path path : all) {
                String name = home.folder().relativize(path).toString();
                if (Files.isDirectory(path)) {
                    tar.putArchiveEntry(new TarArchiveEntry(name + "/"));
                    tar.closeArchiveEntry();
                    continue;
                }
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setSize(Files.size(path));
                entry.setMode(0100600);
                tar.putArchiveEntry(entry);
                try (DigestInputStream in = new DigestInputStream(Files.newInputStream(path), Sha256.digest())) {
                    in.transferTo(tar);
                    hashes.put(name, Sha256.hex(in.getMessageDigest()));
                }
                tar.closeArchiveEntry();
                done += entry.getSize();
                progress.accept(total == 0 ? 1 : (double) done / total);
            }
            ObjectNode list = Json.mapper().createObjectNode();
            list.put("format", FORMAT);
            list.put("made", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            list.put(
                    "database",
                    Files.readString(home.folder().resolve("postgres/PG_VERSION"))
                            .strip());
            list.set("sha256", hashes);
            byte[] text = Json.mapper().writeValueAsBytes(list);
            TarArchiveEntry entry = new TarArchiveEntry(LIST);
            entry.setSize(text.length);
            tar.putArchiveEntry(entry);
            tar.write(text);
            tar.closeArchiveEntry();
            tar.finish();
        }
        return new Content(hashes.size(), done);
    }

    /** Folders before what is in them. Links are none of ours, and stay out. */
    private List<Path> kept() throws IOException {
        List<Path> out = new ArrayList<>();
        Files.walkFileTree(home.folder(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                if (leftOut(folder)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                if (!folder.equals(home.folder())) {
                    out.add(folder);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && !leftOut(file)) {
                    out.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return out;
    }

    private boolean leftOut(Path path) {
        String name = path.getFileName().toString();
        boolean top = home.folder().equals(path.getParent());
        return name.equals("postmaster.pid") || top && (LEFT_OUT.contains(name) || name.startsWith("pgbin-"));
    }

    /**
     * Makes the home from an archive. It appears whole and verified, or not at all.
     *
     * @throws Failure when there is something in the home, or the archive is none, is cut off or was changed
     */
    Content read(Path file, DoubleConsumer progress) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw Failure.badInput("there is no file " + file, "name what \"runyard backup\" wrote");
        }
        Path target = home.folder();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !empty(target)) {
            throw Failure.badInput(
                    "there is something in " + target, "set RUNYARD_HOME to a folder that is empty or not there");
        }
        Path parent = Objects.requireNonNull(target.getParent());
        Files.createDirectories(parent);
        Path fresh = Files.createTempDirectory(
                parent,
                ".restoring",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            Content content = unpack(file, fresh, progress);
            Files.deleteIfExists(target);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            return content;
        } finally {
            remove(fresh);
        }
    }

    private static Content unpack(Path file, Path fresh, DoubleConsumer progress) throws IOException {
        ObjectNode found = Json.mapper().createObjectNode();
        JsonNode list = null;
        long bytes = 0;
        long size = Math.max(1, Files.size(file));
        try (InputStream raw = Files.newInputStream(file);
                TarArchiveInputStream tar = new TarArchiveInputStream(raw, StandardCharsets.UTF_8.name())) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path at = fresh.resolve(entry.getName()).normalize();
                if (list != null || !at.startsWith(fresh) || !(entry.isFile() || entry.isDirectory())) {
                    throw damaged(file);
                }
                if (entry.isDirectory()) {
                    privateFolder(at);
                } else if (entry.getName().equals(LIST)) {
                    if (entry.getSize() > MOST_LIST_BYTES) {
                        throw damaged(file);
                    }
                    list = Json.mapper().readTree(tar.readNBytes((int) entry.getSize()));
                } else {
                    privateFolder(Objects.requireNonNull(at.getParent()));
                    DigestInputStream in = new DigestInputStream(tar, Sha256.digest());
                    Files.createFile(
                            at, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                    try (OutputStream out = Files.newOutputStream(at)) {
                        bytes += in.transferTo(out);
                    }
                    found.put(entry.getName(), Sha256.hex(in.getMessageDigest()));
                }
                progress.accept(Math.min(1, (double) tar.getBytesRead() / size));
            }
        } catch (FileAlreadyExistsException e) {
            throw damaged(file);
        } catch (IOException | IllegalArgumentException e) {
            if (e instanceof java.nio.file.FileSystemException full) {
                throw full;
            }
            throw damaged(file);
        }
        if (list == null
                || list.path("format").asInt() != FORMAT
                || !list.path("sha256").equals(found)) {
            throw damaged(file);
        }
        return new Content(found.size(), bytes);
    }

    private static Failure damaged(Path file) {
        return Failure.badInput(
                file + " is no backup, was cut off, or is not what was written",
                "take another backup; nothing was changed");
    }

    private static void privateFolder(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static boolean empty(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> in = Files.list(folder)) {
            return in.findAny().isEmpty();
        }
    }

    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
