package dev.runyard.vision.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.dataset.DatasetSpec.Split;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.report.ContactSheet;
import dev.runyard.vision.data.report.DatasetSummary;
import dev.runyard.vision.data.source.DataException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutsTest {
    @TempDir
    Path dir;

    /** A PNG whose colour depends on the number. */
    private static byte[] png(int number) throws IOException {
        BufferedImage image = new BufferedImage(6, 4, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 1, number * 65_537);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    private void images(String folder, int count) throws IOException {
        Files.createDirectories(dir.resolve("d").resolve(folder));
        for (int i = 0; i < count; i++) {
            Files.write(dir.resolve("d").resolve(folder).resolve("i" + i + ".png"), png(folder.hashCode() * 31 + i));
        }
    }

    private void text(String file, String content) throws IOException {
        Files.createDirectories(dir.resolve("d").resolve(file).getParent());
        Files.writeString(dir.resolve("d").resolve(file), content);
    }

    private Dataset open(Split split) throws IOException {
        return Datasets.open(spec("d", split), dir.resolve("cache"), 0);
    }

    private DatasetSpec spec(String name, Split split) {
        return new DatasetSpec("folder", dir.resolve(name).toString(), split, null, null);
    }

    private void refused(Split split, String code, String... words) {
        assertThatThrownBy(() -> open(split).close()).isInstanceOfSatisfying(DataException.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(List.of(words))
                    .allSatisfy(w -> assertThat(e.getMessage()).contains(w));
        });
    }

    @Test
    void classFoldersAreNumbersWhenAllAre() throws IOException {
        for (String name : List.of("0", "1", "2", "10", "11", "100")) {
            images("deeper/" + name, 10);
        }
        images("deeper/.hidden", 3);
        images("__MACOSX/0", 3);
        text("deeper/README.txt", "no image");
        try (Dataset d = open(Split.AUTO)) {
            assertThat(d.classNames()).containsExactly("0", "1", "2", "10", "11", "100");
            assertThat(List.of(d.train().size(), d.val().size(), d.test().size()))
                    .containsExactly(30, 12, 18);
            assertThat(d.ownSplit()).isTrue();
            Set<String> names = new HashSet<>();
            for (var part : List.of(d.train(), d.val(), d.test())) {
                for (int i = 0; i < part.size(); i++) {
                    assertThat(names.add(part.name(i)))
                            .as("each image in one part")
                            .isTrue();
                    assertThat(part.name(i)).contains("/" + d.classNames().get(part.label(i)) + "/");
                }
            }
        }
        refused(Split.OFFICIAL, "MISSING_SPLIT", "own");
        refused(Split.COOP, "MISSING_SPLIT", "split_");
    }

    @Test
    void imageNetsValIsWhatOthersReportAsTest() throws IOException {
        images("train/cat", 20);
        images("train/dog", 20);
        images("val/cat", 3);
        images("val/dog", 3);
        try (Dataset d = open(Split.OFFICIAL)) {
            assertThat(List.of(d.train().size(), d.val().size(), d.test().size()))
                    .containsExactly(36, 4, 6);
            assertThat(d.ownSplit()).isFalse();
            assertThat(d.notes()).anyMatch(n -> n.contains("no val part"));
        }
        images("test/cat", 2);
        images("test/dog", 2);
        try (Dataset d = open(Split.AUTO)) {
            assertThat(List.of(d.train().size(), d.val().size(), d.test().size()))
                    .containsExactly(40, 6, 4);
        }
    }

    @Test
    void listsBesideTheImagesAreNoClasses() throws IOException {
        images("food-101/images/apple_pie", 4);
        images("food-101/images/ramen", 4);
        text("food-101/meta/classes.txt", "apple_pie\nramen\n");
        try (Dataset d = open(Split.AUTO)) {
            assertThat(d.classNames()).containsExactly("apple_pie", "ramen");
        }
    }

    @Test
    void emptyAndUnknownClassesAreNamed() throws IOException {
        images("train/cat", 4);
        images("train/dog", 0);
        images("test/cat", 1);
        refused(Split.AUTO, "EMPTY_CLASS", "dog", "1 of 2");
        images("train/dog", 4);
        images("test/bird", 1);
        refused(Split.AUTO, "EMPTY_CLASS", "bird");
    }

    @Test
    void nothingFoundSaysWhatIsSupported() throws IOException {
        text("readme.txt", "empty");
        refused(Split.AUTO, "NO_DATASET", "split_*.json", "CIFAR-100", "train/<class>");
        assertThatThrownBy(() -> Datasets.open(spec("nowhere", Split.AUTO), dir, 0))
                .hasFieldOrPropertyWithValue("code", "NO_DATASET")
                .hasMessageContaining("does not exist");
    }

    @Test
    void aBrokenImageIsNamedOrSkippedAndCounted() throws IOException {
        images("cat", 10);
        images("dog", 10);
        byte[] whole = png(77);
        Files.write(dir.resolve("d/cat/i3.png"), java.util.Arrays.copyOf(whole, whole.length - 5));
        try (Dataset d = open(Split.AUTO)) {
            int faults = 0;
            for (var part : List.of(d.train(), d.val(), d.test())) {
                try {
                    part.pixels(0);
                } catch (DataException e) {
                    faults++;
                    assertThat(e.code()).isEqualTo("UNREADABLE_IMAGE");
                    assertThat(e).hasMessageContaining("cat/i3.png").hasMessageContaining("byte");
                }
            }
            assertThat(faults).isEqualTo(1);
        }
        DatasetSpec skipping = new DatasetSpec(
                "folder", dir.resolve("d").toString(), null, null, null, null, DatasetSpec.BadImage.SKIP);
        try (Dataset d = Datasets.open(skipping, dir.resolve("cache"), 0)) {
            assertThat(d.skipped()).isEqualTo(1);
            assertThat(d.train().size() + d.val().size() + d.test().size()).isEqualTo(19);
            assertThat(d.notes()).anyMatch(n -> n.contains("left out: 1"));
        }
        DatasetSummary summary = DatasetSummary.of(spec("d", Split.AUTO), 0, (done, of) -> {});
        assertThat(summary.broken()).singleElement().asString().contains("cat/i3.png");
    }

    @Test
    void aTestImageThatWasLearntIsALeak() throws IOException {
        images("train/cat", 4);
        images("train/dog", 4);
        images("test/cat", 2);
        images("test/dog", 2);
        Files.copy(dir.resolve("d/train/dog/i2.png"), dir.resolve("d/test/dog/copy.png"));
        DatasetSummary summary = DatasetSummary.of(spec("d", Split.AUTO), 0, (done, of) -> {});
        assertThat(summary.leaks())
                .singleElement()
                .asString()
                .contains("test/dog/copy.png")
                .contains("train/dog/i2.png");
        assertThat(summary.test()).containsExactly(2, 3);
    }

    @Test
    void duplicatesAreFoundByPixelsAndMissingClassesNamed() throws IOException {
        images("train/cat", 4);
        images("train/dog", 4);
        images("test/cat", 2);
        BufferedImage same = ImageIO.read(dir.resolve("d/train/dog/i2.png").toFile());
        Files.createDirectories(dir.resolve("d/test/cat"));
        ImageIO.write(same, "gif", dir.resolve("d/test/cat/again.gif").toFile());
        java.util.concurrent.atomic.AtomicInteger last = new java.util.concurrent.atomic.AtomicInteger();
        DatasetSummary summary = DatasetSummary.of(spec("d", Split.AUTO), 0, (done, of) -> {
            assertThat(of).isEqualTo(11);
            last.accumulateAndGet(done, Math::max);
        });
        assertThat(summary.leaks()).containsExactly("test/cat/again.gif = train/dog/i2.png");
        assertThat(summary.missing()).containsExactly("test: dog");
        assertThat(last).hasValue(11);
    }

    @Test
    void dataThatChangedIsNoticedOnce() throws IOException {
        images("cat", 10);
        images("dog", 10);
        Path cache = dir.resolve("cache");
        for (String expected : List.of("", "", "changed", "")) {
            if (!expected.isEmpty()) {
                Files.write(dir.resolve("d/cat/i0.png"), png(4711));
            }
            try (Dataset d = Datasets.open(spec("d", Split.AUTO), cache, 0)) {
                assertThat(d.notes().stream().anyMatch(n -> n.startsWith("The data changed")))
                        .isEqualTo(!expected.isEmpty());
            }
        }
    }

    @Test
    void brokenImagesAreRememberedUntilTheDataChange() throws IOException {
        images("cat", 10);
        images("dog", 10);
        Files.writeString(dir.resolve("d/dog/i1.png"), "<html>");
        DatasetSpec skipping = new DatasetSpec(
                "folder", dir.resolve("d").toString(), null, null, null, null, DatasetSpec.BadImage.SKIP);
        for (int expected : new int[] {1, 1, 2}) {
            if (expected == 2) {
                Files.write(dir.resolve("d/dog/i2.png"), new byte[0]);
            }
            try (Dataset d = Datasets.open(skipping, dir.resolve("cache"), 0)) {
                assertThat(d.skipped()).isEqualTo(expected);
            }
        }
        for (int i = 0; i < 10; i++) {
            Files.writeString(dir.resolve("d/dog/i" + i + ".png"), "<html>");
        }
        assertThatThrownBy(() -> Datasets.open(skipping, dir.resolve("cache"), 0))
                .hasFieldOrPropertyWithValue("code", "EMPTY_CLASS")
                .hasMessageContaining("dog");
    }

    @Test
    void whatIsOnlyJudgedIsJudgedWholeWhereThereIsNoSplit() throws IOException {
        images("cat", 2);
        images("dog", 3);
        DatasetSpec plain = new DatasetSpec("folder", dir.resolve("d").toString(), null, null, null);
        try (Dataset d = Datasets.openForEvaluation(plain, dir.resolve("cache"), 0)) {
            assertThat(d.test().size()).isEqualTo(5);
            assertThat(d.ownSplit()).isFalse();
            assertThat(d.notes()).anyMatch(note -> note.contains("every image is judged"));
        }
    }

    @Test
    void aSheetShowsImagesAboveTheirNames() throws IOException {
        images("cat", 3);
        images("dog", 10);
        Files.writeString(dir.resolve("d/cat/i1.png"), "<html>");
        Path sheet = dir.resolve("out/sheet.png");
        DatasetSpec own = new DatasetSpec("folder", dir.resolve("d").toString(), null, null, null);
        assertThat(ContactSheet.write(own, 0, sheet))
                .as("a look needs no split")
                .isEqualTo(13);
        refused(Split.AUTO, "CLASS_TOO_SMALL", "\"cat\" has 3");
        images("cat", 5);
        Files.writeString(dir.resolve("d/cat/i1.png"), "<html>");
        assertThat(ContactSheet.write(own, 0, sheet)).isEqualTo(15);
        BufferedImage drawn = ImageIO.read(sheet.toFile());
        assertThat(drawn.getWidth()).isEqualTo(8 * 100 + 4);
        assertThat(drawn.getHeight()).isEqualTo(2 * (96 + 18 + 4) + 4);
        // The first letter, C, begins with a dot in its second column; below the third image "dog" or "cat" stands as
        // well.
        assertThat(drawn.getRGB(4 + 1, 4 + 98) & 0xffffff).isEqualTo(0x202020);
        assertThat(drawn.getRGB(4, 4 + 98) & 0xffffff).isEqualTo(0xffffff);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"train":[["a/i0.png",-1,"a"]],"test":[["a/i1.png",0,"a"]]} | LABEL_OUT_OF_RANGE | line 1: a label must lie in 0 to
        {"train":[["a/i0.png",5,"a"]],"test":[["a/i1.png",5,"a"]]} | LABEL_OUT_OF_RANGE | number 0
        {"train":[["a/i0.png",99999999999,"a"]],"test":[]} | LABEL_OUT_OF_RANGE | line 1: a label must
        {"train":[["a/i0.png",0,"a"],["a/i1.png",0,"b"]],"test":[["a/i1.png",0,"a"]]} | BAD_SPLIT | another class name
        {"train":[["a/i0.png",0]],"test":[["a/i1.png",0,"a"]]} | BAD_SPLIT | class name
        {"train":[["a/i0.png","0","a"]],"test":[]} | BAD_SPLIT | label
        {"train":[["a/i0.png",0," "]],"test":[["a/i1.png",0," "]]} | BAD_SPLIT | label 0 is a class without a name
        {"train":[["a/i0.png",0,"a"]]} | MISSING_SPLIT | test
        {"train":[["a/i0.png",0,"a"]],"test":[["a/nix.png",0,"a"]]} | MISSING_FILE | line 1: the first of 1 images
        {"train":[["../../etc/passwd",0,"a"]],"test":[["a/i1.png",0,"a"]]} | MISSING_FILE | line 1: an image that is nowhere
        {"train":[["a/i0.png",0,"a"]],"test":[["a/i1.png",1,"b"]]} | EMPTY_CLASS | number 1
        {"training":[]} | BAD_SPLIT | none of train, val and test
        {"train":[ | BAD_SPLIT | line
        """)
    void aCoopSplitIsReadStrictly(String json, String code, String word) throws IOException {
        images("a", 3);
        text("split_zhou_X.json", json);
        refused(Split.AUTO, code, word);
    }

    @Test
    void cifarRecordsAreChecked() throws IOException {
        byte[] records = new byte[3 * 3073];
        Files.createDirectories(dir.resolve("d"));
        Files.write(dir.resolve("d/data_batch_1.bin"), records);
        Files.write(dir.resolve("d/test_batch.bin"), new byte[3072]);
        refused(Split.AUTO, "BAD_RECORDS", "3072", "3073");
        records[2 * 3073] = 10;
        Files.write(dir.resolve("d/data_batch_1.bin"), records);
        refused(Split.AUTO, "LABEL_OUT_OF_RANGE", "record 2", "below 10");
    }

    private void zip(String entry, byte[] content) throws IOException {
        try (OutputStream out = Files.newOutputStream(dir.resolve("d"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content);
            zip.closeEntry();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../evil.png", "a/../../evil.png", "/etc/evil.png", "C:/evil.png", "a\\evil.png", "a/\nb.png"})
    void unsafeNamesInAZipAreRefused(String name) throws IOException {
        zip(name, png(1));
        refused(Split.AUTO, "UNSAFE_ARCHIVE", "entry 1", "unsafe name");
    }

    @Test
    void bombsAndBrokenZipsAreRefused() throws IOException {
        zip("split_zhou_bomb.json", new byte[64 << 20]);
        refused(Split.AUTO, "UNSAFE_ARCHIVE", "split_zhou_bomb.json");
        Files.write(dir.resolve("d"), "no zip at all".getBytes(StandardCharsets.UTF_8));
        refused(Split.AUTO, "BAD_ARCHIVE", "unpack");
        zip("split_zhou_x.json", "{\"train\":[]}".repeat(50).getBytes(StandardCharsets.UTF_8));
        byte[] bytes = Files.readAllBytes(dir.resolve("d"));
        bytes[40 + "split_zhou_x.json".length() / 2] ^= 0x15;
        Files.write(dir.resolve("d"), bytes);
        assertThatThrownBy(() -> open(Split.AUTO).close()).isInstanceOf(IOException.class);
    }
}
