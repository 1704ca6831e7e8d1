package dev.runyard.vision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.dataset.DatasetSpec.BadImage;
import dev.runyard.spec.dataset.DatasetSpec.Split;
import dev.runyard.vision.data.report.DatasetSummary;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that are called as what they are not: parts, classes, copies. Each is read as it is meant, or refused with the true cause. */
class OddFoldersTest {
    @TempDir
    Path dir;

    private int number;

    private byte[] png() throws IOException {
        BufferedImage image = new BufferedImage(6, 4, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 1, ++number * 997);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    private void images(int count, String... folders) throws IOException {
        for (String folder : folders) {
            Path at = Files.createDirectories(dir.resolve("d").resolve(folder).normalize());
            for (int i = 0; i < count; i++) {
                Files.write(at.resolve("i" + i + ".png"), png());
            }
        }
    }

    private void zip(String charset, String... folders) throws IOException {
        try (ZipOutputStream zip =
                new ZipOutputStream(Files.newOutputStream(dir.resolve("d")), Charset.forName(charset))) {
            for (String folder : folders) {
                for (int i = 0; i < 6; i++) {
                    zip.putNextEntry(new ZipEntry(folder + i + ".png"));
                    zip.write(png());
                }
            }
        }
    }

    private DatasetSpec spec(String id) {
        return new DatasetSpec(id, dir.resolve("d").toString(), Split.AUTO, null, null, null, BadImage.FAIL);
    }

    private Dataset open() throws IOException {
        return Datasets.open(spec("folder"), dir.resolve("cache"), 0);
    }

    private DatasetSummary look() throws IOException {
        return DatasetSummary.of(spec("folder"), 0, (done, of) -> {});
    }

    @ParameterizedTest
    @ValueSource(strings = {"test/unknown", "test/images", "test/0", "test/all_classes", "holdout/x"})
    void aTestPartWhoseOnlyFolderIsNoClassHasNoLabels(String folder) throws IOException {
        images(10, "train/cat", "train/dog");
        images(4, "val/cat", "val/dog");
        images(5, folder);
        try (Dataset d = open()) {
            assertThat(d.classNames()).containsExactly("cat", "dog");
            assertThat(d.ownSplit()).isFalse();
            assertThat(d.test().size()).isEqualTo(8);
            assertThat(d.notes()).anyMatch(n -> n.contains("5 images in no folder of a class") && n.contains("val"));
        }
    }

    /** Tiny ImageNet: train/<class>/images, and val/images with a table beside it. */
    @Test
    void imagesAFolderDeeperInOnePartAlone() throws IOException {
        images(10, "train/n01443537/images", "train/n01629819/images");
        images(6, "val/images");
        Files.writeString(dir.resolve("d/val/val_annotations.txt"), "i0.png\tn01443537\n");
        try (Dataset d = open()) {
            assertThat(d.classNames()).containsExactly("n01443537", "n01629819");
            assertThat(d.notes()).anyMatch(n -> n.contains("6 images in no folder of a class"));
        }
    }

    @Test
    void classesThatTrainLacksAreNamed() throws IOException {
        images(4, "train/cat", "train/dog", "test/cat", "test/dog", "test/owl");
        assertThatThrownBy(this::open).hasMessageContaining("train has no image for 1 of 3 classes: owl");
    }

    @ParameterizedTest
    @CsvSource({"trainval,test", "train,eval", "train,evaluation", "train,holdout"})
    void partsByOtherNames(String train, String judged) throws IOException {
        images(10, train + "/cat", train + "/dog");
        images(4, judged + "/cat", judged + "/dog");
        try (Dataset d = open()) {
            assertThat(List.of(d.train().size(), d.val().size(), d.test().size()))
                    .containsExactly(18, 2, 8);
            assertThat(d.ownSplit()).isFalse();
        }
    }

    @Test
    void partsMayNameAClassInTwoForms() throws IOException {
        String apart = Normalizer.normalize("café", Normalizer.Form.NFD);
        images(8, "train/café", "train/crème");
        images(4, "test/" + apart);
        try (Dataset d = open()) {
            assertThat(d.test().size()).isEqualTo(4);
            assertThat(d.ownSplit()).isFalse();
        }
    }

    /** A list written on a Mac, and folders that came over Linux: one data set to whoever binds classes by their names. */
    @Test
    void classesOfAListHaveTheNamesOfFolders() throws IOException {
        String apart = Normalizer.normalize("café", Normalizer.Form.NFD);
        images(4, "café", "tea");
        Files.writeString(
                dir.resolve("d/split_zhou_x.json"),
                "{\"train\":[[\"" + apart + "/i0.png\",0,\"" + apart + "\"],[\"tea/i0.png\",1,\"tea\"]],"
                        + "\"test\":[[\"" + apart + "/i1.png\",0,\"" + apart + "\"]]}");
        try (Dataset d = open()) {
            assertThat(d.classNames()).containsExactly("café", "tea");
        }
    }

    /** Beside one folder alone, "test" is a class: of controls and tests, of valid and invalid ones. */
    @ParameterizedTest
    @CsvSource({"test,control", "valid,invalid", "dev,ops", "train,plane"})
    void aClassMayBeCalledAsAPart(String one, String other) throws IOException {
        images(8, one, other);
        try (Dataset d = open()) {
            assertThat(d.classNames()).containsExactlyInAnyOrder(one, other);
        }
    }

    @Test
    void partsWithoutClassesAreNoClasses() throws IOException {
        images(8, "training", "testing");
        Files.writeString(dir.resolve("d/labels.csv"), "image,label\n");
        assertThatThrownBy(this::open)
                .hasFieldOrPropertyWithValue("code", "NO_DATASET")
                .hasMessageContaining("labels.csv is not read")
                .hasMessageContaining("16 images");
    }

    @Test
    void aClassOfTrainsWithKindsOfTrainsIsAsked() throws IOException {
        images(8, "bus", "car", "train/steam", "train/diesel");
        assertThatThrownBy(this::open)
                .hasFieldOrPropertyWithValue("code", "AMBIGUOUS_LAYOUT")
                .hasMessageContaining("bus, car")
                .hasMessageContaining("if train is a class");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat/thumbs",
                "cat/Thumbnails",
                "cat/_thumbs",
                "dog/thumb_256",
                "cat/preview",
                "thumbs/cat",
                "~snapshot/hourly/cat",
                "FOUND.000",
                "trashbox",
                "@eaDir_tmp/cat",
                "cat/iPod Photo Cache",
                "cat/_vti_cnf"
            })
    void copiesThatDrivesAndToolsMakeAreSkipped(String folder) throws IOException {
        images(6, "cat", "dog");
        String hash = look().hash();
        images(4, folder);
        assertThat(look().hash()).isEqualTo(hash);
        assertThat(look().notes()).anyMatch(n -> n.contains("Skipped 4 images") && n.contains(folder));
    }

    @Test
    void aZipsCopiesAreSkippedToo() throws IOException {
        zip("UTF-8", "cat/", "dog/", "cat/thumbs/", "@eaDir/cat/");
        assertThat(look().images()).isEqualTo(12);
        assertThat(look().notes()).anyMatch(n -> n.contains("Skipped 12 images"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SYNOPHOTO_THUMB_XL.jpg",
                "i0.sync-conflict-20240101-120000-ABCDEF7.png",
                "i0 (Kim's conflicted copy 2024-01-01).png"
            })
    void doublesThatToolsMakeAreSkipped(String file) throws IOException {
        images(6, "cat", "dog");
        Files.write(dir.resolve("d/cat").resolve(file), png());
        assertThat(look().images()).isEqualTo(12);
        assertThat(look().notes()).anyMatch(n -> n.contains("Skipped 1 images"));
    }

    @Test
    void aClassMayBeCalledThumbs() throws IOException {
        images(8, "thumbs", "palm", "preview");
        assertThat(look().classNames()).containsExactly("palm", "preview", "thumbs");
    }

    @Test
    void copiesByWhateverNameAreSaid() throws IOException {
        images(6, "cat", "dog", "cat/small");
        assertThat(look().notes())
                .anyMatch(n -> n.contains("6 images are called as one") && n.contains("cat/small/i0"));
        try (Dataset d = open()) {
            assertThat(d.notes()).anyMatch(n -> n.contains("cat/small/i0"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "val", "test"})
    void aPartThatIsALinkToNowhereIsMissed(String part) throws IOException {
        for (String there : List.of("train", "val", "test")) {
            if (!there.equals(part)) {
                images(6, there + "/cat", there + "/dog");
            }
        }
        Files.createSymbolicLink(dir.resolve("d").resolve(part), Path.of("/scratch/gone"));
        assertThatThrownBy(this::open)
                .hasFieldOrPropertyWithValue("code", "MISSING_FILE")
                .hasMessageContaining(part + " is a link to /scratch/gone, which does not exist");
    }

    @Test
    void linksInACircleAreCalledSo() throws IOException {
        images(6, "cat", "dog");
        Files.createSymbolicLink(dir.resolve("d/cat/x.png"), Path.of("y.png"));
        Files.createSymbolicLink(dir.resolve("d/cat/y.png"), Path.of("x.png"));
        assertThat(look().broken()).hasSize(2).allMatch(b -> b.contains("round in a circle"));
        Files.createSymbolicLink(dir.resolve("d/cat/around"), Path.of(".."));
        assertThatThrownBy(this::open).hasMessageContaining("cat/around is a link to a folder around it");
    }

    /** A training says it too: perhaps it was a whole class. */
    @Test
    void aClassThatIsALinkToNowhereIsSaid() throws IOException {
        images(6, "cat", "dog");
        Files.createSymbolicLink(dir.resolve("d/owl.v2"), Path.of("/scratch/gone"));
        try (Dataset d = open()) {
            assertThat(d.notes()).anyMatch(n -> n.contains("owl.v2 is a link to /scratch/gone"));
        }
    }

    @Test
    void aMissingFileOfCifarIsSaid() throws IOException {
        Path at = Files.createDirectories(dir.resolve("d"));
        byte[] records = new byte[3_073 * 20];
        for (int i = 0; i < 20; i++) {
            records[i * 3_073] = (byte) (i % 10);
        }
        for (int batch : new int[] {1, 2, 4, 5}) {
            Files.write(at.resolve("data_batch_" + batch + ".bin"), records);
        }
        Files.write(at.resolve("test_batch.bin"), records);
        try (Dataset d = open()) {
            assertThat(d.notes()).anyMatch(n -> n.contains("data_batch_3.bin are not there"));
        }
    }

    @ParameterizedTest
    @CsvSource({"dtd,labels/train1.txt", "food101,meta/train.txt", "ucf101,trainlist01.txt", "oxford_pets,trainval.txt"
    })
    void aPublishedSetWithoutItsListsSaysWhichAreMissing(String id, String list) throws IOException {
        images(8, "images/cat", "images/dog");
        try (Dataset d = Datasets.open(spec(id), dir.resolve("cache"), 0)) {
            assertThat(d.ownSplit()).isTrue();
            assertThat(d.notes()).anyMatch(n -> n.contains("missing") && n.contains(list));
        }
    }

    @ParameterizedTest
    @CsvSource({"Shift_JIS,表現", "Big5,功能"})
    void namesWithABackslashInsideACharacterAreRefusedForWhatTheyAre(String charset, String name) throws IOException {
        zip(charset, name + "/", "tea/");
        assertThatThrownBy(this::open)
                .hasFieldOrPropertyWithValue("code", "UNSAFE_ARCHIVE")
                .hasMessageContaining("the name is not UTF-8")
                .hasMessageContaining("zip the folder again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GBK,猫,狗", "EUC-KR,고양이,개", "IBM866,кот,пёс", "windows-1251,кот,пёс"})
    void otherCodePagesAreReadAndSaid(String given) throws IOException {
        List<String> parts = Arrays.asList(given.split(","));
        zip(parts.get(0), parts.get(1) + "/", parts.get(2) + "/");
        assertThat(look().images()).isEqualTo(12);
        assertThat(look().notes()).anyMatch(n -> n.contains("not UTF-8"));
    }

    @Test
    void aDotBeforeEveryNameOfAZipIsNothing() throws IOException {
        zip("UTF-8", "./cat/", "./dog/");
        assertThat(look().classNames()).containsExactly("cat", "dog");
        assertThat(look().broken()).isEmpty();
    }

    @Test
    void anArchiveInsideIsNamed() throws IOException {
        Files.createDirectories(dir.resolve("d"));
        Files.write(dir.resolve("d/train.tar.gz"), new byte[100]);
        assertThatThrownBy(this::open).hasMessageContaining("unpack train.tar.gz");
    }
}
