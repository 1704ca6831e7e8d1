package dev.runyard.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HomeArchiveTest {
    private static final String LONG = "artifacts/" + "ab/".repeat(60) + "é";

    @TempDir
    Path folder;

    private Path home;
    private Path backup;

    @BeforeEach
    void make() throws IOException {
        home = folder.resolve("home");
        backup = folder.resolve("backup.tar");
        put("postgres/PG_VERSION", "17\n");
        put("postgres/base/1/1259", "rows");
        Files.createDirectories(home.resolve("postgres/pg_notify"));
        put(LONG, "blob");
        put("worker.secret", "hush");
        for (String cache :
                new String[] {"data/x", "djl/y", "logs/z", "pgbin-17/bin/postgres", "work/a/b", "places/x.zip", "lock"
                }) {
            put(cache, "again");
        }
    }

    @Test
    void aHomeComesBackAsItWasWithoutWhatIsMadeAnew() throws IOException {
        HomeArchive.Content written = new HomeArchive(new LabHome(home)).write(backup, done -> {});
        assertThat(written.files()).isEqualTo(4);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rw-------");
        Path other = folder.resolve("other");
        assertThat(read(other)).isEqualTo(written);
        assertThat(files(other).keySet())
                .containsExactlyInAnyOrder(LONG, "postgres/PG_VERSION", "postgres/base/1/1259", "worker.secret");
        files(other)
                .forEach((name, text) -> assertThat(text).isEqualTo(files(home).get(name)));
        assertThat(other.resolve("postgres/pg_notify")).isEmptyDirectory();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other.resolve("postgres"))))
                .isEqualTo("rwx------");
        assertThat(Files.getPosixFilePermissions(other.resolve("worker.secret")))
                .hasSize(2);
    }

    @Test
    void aLabThatRunsIsNotBackedUp() throws Exception {
        try (FileChannel held = FileChannel.open(home.resolve("lock"), StandardOpenOption.WRITE);
                var lock = held.lock()) {
            assertThat(lock.isValid()).isTrue();
            refused(() -> new HomeArchive(new LabHome(home)).write(backup, done -> {}), 1, "runyard down");
        }
        // The service was killed, its database goes on.
        Path postgres = Files.copy(Path.of("/bin/sleep").toRealPath(), folder.resolve("postgres"));
        Process database = new ProcessBuilder(postgres.toString(), "600").start();
        try {
            put("postgres/postmaster.pid", database.pid() + "\n");
            refused(() -> new HomeArchive(new LabHome(home)).write(backup, done -> {}), 1, "is running");
        } finally {
            database.destroyForcibly().waitFor();
        }
        assertThat(backup).doesNotExist();
        assertThat(new HomeArchive(new LabHome(home)).write(backup, done -> {}).files())
                .isEqualTo(4);
    }

    @Test
    void nothingIsWrittenOver() throws IOException {
        new HomeArchive(new LabHome(home)).write(backup, done -> {});
        refused(() -> new HomeArchive(new LabHome(home)).write(backup, done -> {}), 2, "exists already");
        refused(() -> read(home), 2, "there is something in");
        refused(
                () -> new HomeArchive(new LabHome(folder.resolve("none"))).write(folder.resolve("b"), done -> {}),
                1,
                "no");
    }

    @Test
    void aDamagedBackupMakesNoHome() throws IOException {
        new HomeArchive(new LabHome(home)).write(backup, done -> {});
        byte[] whole = Files.readAllBytes(backup);
        int content = new String(whole, StandardCharsets.ISO_8859_1).indexOf("hush");
        byte[] changed = whole.clone();
        changed[content] ^= 1;
        for (byte[] bad : new byte[][] {
            changed,
            java.util.Arrays.copyOf(whole, whole.length / 2),
            java.util.Arrays.copyOf(whole, 700),
            {},
            {1, 2, 3}
        }) {
            Files.write(backup, bad);
            Path other = folder.resolve("other");
            refused(() -> read(other), 2, "is no backup");
            assertThat(other).doesNotExist();
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder("home", "backup.tar");
        }
    }

    @Test
    void anArchiveOfOthersWritesNowhereElse() throws IOException {
        for (String name : new String[] {"../out", "postgres/../../out", "/" + folder + "/out"}) {
            try (OutputStream raw = Files.newOutputStream(backup);
                    TarArchiveOutputStream tar = new TarArchiveOutputStream(raw)) {
                TarArchiveEntry entry = new TarArchiveEntry(name, true);
                entry.setSize(1);
                tar.putArchiveEntry(entry);
                tar.write(7);
                tar.closeArchiveEntry();
            }
            refused(() -> read(folder.resolve("other")), 2, "is no backup");
            assertThat(folder.resolve("out")).doesNotExist();
        }
    }

    private HomeArchive.Content read(Path target) throws IOException {
        return new HomeArchive(new LabHome(target)).read(backup, done -> {});
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable what, int exit, String part) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(Failure.class, e -> assertThat(e.exit()).isEqualTo(exit))
                .hasMessageContaining(part);
    }

    private void put(String name, String text) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static TreeMap<String, String> files(Path root) {
        TreeMap<String, String> out = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                out.put(root.relativize(file).toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out;
    }
}
