package dev.runyard.vision.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.vision.fetch.RemoteFile.Packing;
import dev.runyard.vision.fetch.Unpacking.Limits;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackingTest {
    @TempDir
    Path dir;

    private Path archive(Packing packing, String... names) throws IOException {
        Path file = dir.resolve("a." + packing);
        try (OutputStream raw = Files.newOutputStream(file)) {
            if (packing == Packing.ZIP) {
                try (ZipOutputStream zip = new ZipOutputStream(raw)) {
                    for (String name : names) {
                        zip.putNextEntry(new ZipEntry(name));
                        zip.write(name.getBytes(StandardCharsets.UTF_8));
                        zip.closeEntry();
                    }
                }
                return file;
            }
            try (OutputStream packed = packing == Packing.TAR ? raw : new GZIPOutputStream(raw);
                    TarArchiveOutputStream tar = new TarArchiveOutputStream(packed)) {
                tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
                for (String name : names) {
                    byte[] content = name.getBytes(StandardCharsets.UTF_8);
                    TarArchiveEntry entry = new TarArchiveEntry(name, true);
                    entry.setSize(content.length);
                    tar.putArchiveEntry(entry);
                    tar.write(content);
                    tar.closeArchiveEntry();
                }
            }
        }
        return file;
    }

    private void unpack(Path archive, Packing packing, Limits limits) throws IOException {
        Unpacking.unpack(archive, packing, dir.resolve("to"), (name, done) -> {}, limits);
    }

    private void refused(Path archive, Packing packing, Limits limits, String code, String word) {
        assertThatThrownBy(() -> unpack(archive, packing, limits))
                .isInstanceOfSatisfying(
                        FetchException.class,
                        e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code))
                .hasMessageContaining(word);
        assertThat(dir.resolve("to").toFile().list()).as("nothing stays").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Packing.class)
    void filesLandBelowTheTarget(Packing packing) throws IOException {
        String deep = "set/" + "long-name/".repeat(20) + "b.jpg";
        Path archive = archive(packing, "set/a.jpg", deep, "set/._a.jpg", "__MACOSX/set/a.jpg", "top.txt");
        unpack(archive, packing, Limits.USUAL);
        assertThat(dir.resolve("to/set/a.jpg")).hasContent("set/a.jpg");
        assertThat(dir.resolve("to").resolve(deep)).hasContent(deep);
        assertThat(dir.resolve("to").toFile().list()).containsExactlyInAnyOrder("set", "top.txt");
        assertThatThrownBy(() -> unpack(archive, packing, Limits.USUAL))
                .as("nothing that is there is overwritten")
                .hasFieldOrPropertyWithValue("code", "EXISTS");
    }

    @Test
    void aDotBeforeEveryNameIsUsualInTars() throws IOException {
        unpack(archive(Packing.TAR, "./set/a.jpg"), Packing.TAR, Limits.USUAL);
        assertThat(dir.resolve("to/set/a.jpg")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/etc/evil", "C:/evil", "a\\evil", "a/\u0007b"})
    void namesThatLeaveTheTargetAreRefused(String name) throws IOException {
        for (Packing packing : Packing.values()) {
            refused(archive(packing, "good", name), packing, Limits.USUAL, "UNSAFE_ARCHIVE", "unsafe name");
        }
        assertThat(dir.resolve("evil")).doesNotExist();
    }

    @Test
    void linksAreRefused() throws IOException {
        for (byte kind : new byte[] {TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_FIFO}) {
            Path file = dir.resolve("links.tar");
            try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
                TarArchiveEntry entry = new TarArchiveEntry("link", kind);
                entry.setLinkName("/etc/passwd");
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
            refused(file, Packing.TAR, Limits.USUAL, "UNSAFE_ARCHIVE", "link");
        }
    }

    @Test
    void bombsAreRefused() throws IOException {
        Path file = dir.resolve("bomb.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("zeros"));
            zip.write(new byte[4 << 20]);
            zip.closeEntry();
        }
        refused(file, Packing.ZIP, new Limits(10, 1L << 40, 100, 1 << 20), "UNSAFE_ARCHIVE", "more than 1048576 bytes");
        refused(file, Packing.ZIP, new Limits(10, 1000, 100, 1 << 30), "UNSAFE_ARCHIVE", "more than 1000 bytes");
        refused(
                archive(Packing.TAR, "a", "b", "c"),
                Packing.TAR,
                new Limits(2, 1000, 100, 1000),
                "UNSAFE_ARCHIVE",
                "2 entries");
    }

    @Test
    void damagedArchivesAreRefused() throws IOException {
        for (Packing packing : Packing.values()) {
            Path archive = archive(packing, "a", "b", "twice", "c".repeat(300));
            byte[] whole = Files.readAllBytes(archive);
            String name = String.valueOf(archive.getFileName());
            // Of the tar, one ends between two entries and one inside an entry's padding.
            for (int length : new int[] {whole.length * 2 / 5, Math.max(10, whole.length * 2 / 5 - 100)}) {
                Files.write(archive, Arrays.copyOf(whole, length));
                refused(archive, packing, Limits.USUAL, "BAD_ARCHIVE", name);
            }
        }
        Path text = Files.writeString(dir.resolve("text"), "<html>no archive</html>".repeat(100));
        for (Packing packing : Packing.values()) {
            refused(text, packing, Limits.USUAL, "BAD_ARCHIVE", "text");
        }
        refused(archive(Packing.TAR, "a", "a"), Packing.TAR, Limits.USUAL, "BAD_ARCHIVE", "twice");
    }
}
