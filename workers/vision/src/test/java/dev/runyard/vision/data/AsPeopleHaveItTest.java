package dev.runyard.vision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.dataset.DatasetSpec.BadImage;
import dev.runyard.spec.dataset.DatasetSpec.Split;
import dev.runyard.vision.data.layout.ImageNet;
import dev.runyard.vision.data.report.DatasetSummary;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data sets as they come from Kaggle, network drives, Macs, purged scratch disks and old archives. */
class AsPeopleHaveItTest {
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

    private void images(String folder, int count) throws IOException {
        Path at = Files.createDirectories(dir.resolve("d").resolve(folder).normalize());
        for (int i = 0; i < count; i++) {
            Files.write(at.resolve("i" + i + ".png"), png());
        }
    }

    private DatasetSpec spec(String id, Split split, BadImage bad) {
        return new DatasetSpec(id, dir.resolve("d").toString(), split, null, null, null, bad);
    }

    private Dataset open() throws IOException {
        return Datasets.open(spec("folder", Split.AUTO, BadImage.FAIL), dir.resolve("cache"), 0);
    }

    private DatasetSummary look() throws IOException {
        return DatasetSummary.of(spec("folder", Split.AUTO, BadImage.FAIL), 0, (done, of) -> {});
    }

    private static List<Integer> sizes(Dataset d) {
        return List.of(d.train().size(), d.val().size(), d.test().size());
    }

    @ParameterizedTest
    @CsvSource({
        "train,val,test",
        "Train,VALID,TEST",
        "training,validation,testing",
        "train,dev,test1,",
        "training_set,val_set,test_set"
    })
    void aTestPartWithoutLabelsIsNamedAndValIsJudged(String train, String val, String test) throws IOException {
        for (String name : List.of("cat", "dog")) {
            images(train + "/" + name, 10);
            images(val + "/" + name, 4);
        }
        images(test, 5);
        try (Dataset d = open()) {
            assertThat(sizes(d)).containsExactly(18, 2, 8);
            assertThat(d.ownSplit()).isFalse();
            assertThat(d.notes())
                    .anyMatch(n -> n.contains("5 images") && n.contains(test.equals("test1") ? "outside" : test));
        }
    }

    @Test
    void partsInTheirOwnFoldersAgain() throws IOException {
        for (String name : List.of("cat", "dog")) {
            images("seg_train/seg_train/" + name, 10);
            images("seg_test/seg_test/" + name, 3);
        }
        images("seg_pred/seg_pred", 4);
        try (Dataset d = open()) {
            assertThat(d.classNames()).containsExactly("cat", "dog");
            assertThat(sizes(d)).containsExactly(18, 2, 6);
            assertThat(d.notes()).anyMatch(n -> n.contains("4 images lie outside"));
        }
    }

    @Test
    void onePartTwiceIsRefused() throws IOException {
        images("train/cat", 2);
        images("val/cat", 2);
        images("validation/cat", 2);
        assertThatThrownBy(this::open).hasMessageContaining("both val and validation");
    }

    @Test
    void aClassOfTrainsIsAClass() throws IOException {
        for (String name : List.of("bicycle", "bus", "train", "truck")) {
            images(name, 8);
        }
        try (Dataset d = open()) {
            assertThat(d.classNames()).containsExactly("bicycle", "bus", "train", "truck");
        }
        images("test", 3);
        try (Dataset d = open()) {
            assertThat(d.classNames()).as("images without labels are no class").hasSize(4);
            assertThat(d.notes()).anyMatch(n -> n.contains("3 images"));
        }
    }

    @Test
    void imagesInNoClassFolderAreCounted() throws IOException {
        images("", 3);
        images("cat", 5);
        images("dog", 5);
        assertThat(look().notes()).anyMatch(n -> n.contains("3 images in no class folder"));
    }

    @Test
    void linksThatLeadNowhereAreBrokenImages() throws IOException {
        images("cat", 10);
        images("dog", 10);
        for (int i = 10; i < 14; i++) {
            Files.createSymbolicLink(dir.resolve("d/cat/i" + i + ".png"), Path.of("/scratch/purged/" + i + ".png"));
        }
        assertThat(look().broken()).hasSize(4).allMatch(b -> b.contains("/scratch/purged/1"));
        try (Dataset d = open()) {
            assertThatThrownBy(() -> {
                        for (var part : List.of(d.train(), d.val(), d.test())) {
                            for (int i = 0; i < part.size(); i++) {
                                part.pictures().decode(i);
                            }
                        }
                    })
                    .hasMessageContaining("which does not exist");
        }
        try (Dataset d = Datasets.open(spec("folder", Split.AUTO, BadImage.SKIP), dir.resolve("cache"), 0)) {
            assertThat(d.skipped()).isEqualTo(4);
        }
        Files.createSymbolicLink(dir.resolve("d/owl"), Path.of("/scratch/purged/owl"));
        assertThatThrownBy(this::open)
                .as("a whole class is missed too")
                .hasMessageContaining("owl is a link to /scratch/purged/owl");
        Files.delete(dir.resolve("d/owl"));
        Files.createSymbolicLink(dir.resolve("d/classes.txt"), Path.of("nowhere.txt"));
        assertThat(look().broken()).anyMatch(b -> b.startsWith("classes.txt is a link"));
    }

    @Test
    void whatBlocksIsABrokenImage() throws Exception {
        images("cat", 5);
        images("dog", 5);
        Process made = new ProcessBuilder("mkfifo", dir.resolve("d/dog/x.png").toString()).start();
        assumeTrue(made.waitFor() == 0, "skipped: no mkfifo");
        assertThat(look().broken()).singleElement().asString().contains("dog/x.png is a FIFO");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat/@eaDir", "cat/@eaDir/i0.png", ".thumbnails", "__MACOSX/cat", "cat/.ipynb_checkpoints",
                        "#recycle/cat",
                "lost+found", "$RECYCLE.BIN/S-1", "System Volume Information", "cat/.AppleDouble", "@Recycle",
                        "#snapshot/a/cat",
                ".@__thumb", "cat/@SynoEAStream"
            })
    void noiseIsSkippedAndCounted(String folder) throws IOException {
        images("cat", 6);
        images("dog", 6);
        Files.write(dir.resolve("d/dog/Thumbs.db"), new byte[9]);
        Files.write(dir.resolve("d/desktop.ini"), new byte[9]);
        String hash = look().hash();
        images(folder, 4);
        Files.write(dir.resolve("d/cat/._i0.png"), new byte[9]);
        DatasetSummary look = look();
        assertThat(look.images()).isEqualTo(12);
        assertThat(look.classNames()).containsExactly("cat", "dog");
        assertThat(look.hash()).isEqualTo(hash);
        assertThat(look.notes()).anyMatch(n -> n.contains("Skipped 5 images"));
    }

    @Test
    void aMacsNamesAndAListsAreTheSame() throws IOException {
        String composed = "crème brûlée";
        String apart = Normalizer.normalize(composed, Normalizer.Form.NFD);
        images(apart, 3);
        images("waffles", 3);
        Files.writeString(
                dir.resolve("d/split_zhou_x.json"),
                "{\"train\":[[\"" + composed + "/i0.png\",0,\"" + composed + "\"],[\"waffles/i0.png\",1,\"waffles\"]],"
                        + "\"test\":[[\"" + composed + "/i1.png\",0,\"" + composed + "\"]]}");
        try (Dataset d = open()) {
            assertThat(sizes(d)).containsExactly(2, 0, 1);
        }
        Files.delete(dir.resolve("d/split_zhou_x.json"));
        images(apart, 5);
        images("waffles", 5);
        try (Dataset d = open()) {
            assertThat(d.classNames()).containsExactly(composed, "waffles");
        }
    }

    @ParameterizedTest
    @CsvSource({"IBM437,café,café", "GBK,猫狗,", "windows-1252,naïve,", "UTF-8,猫狗,猫狗"})
    void zipsWithOldNames(String charset, String written, String read) throws IOException {
        try (OutputStream file = Files.newOutputStream(dir.resolve("d"));
                ZipOutputStream zip = new ZipOutputStream(file, Charset.forName(charset))) {
            for (String name : List.of(written, "waffles")) {
                for (int i = 0; i < 6; i++) {
                    zip.putNextEntry(new ZipEntry(name + "/" + i + ".png"));
                    zip.write(png());
                }
            }
        }
        DatasetSummary look = look();
        assertThat(look.images()).isEqualTo(12);
        assertThat(look.broken()).isEmpty();
        assertThat(look.notes().stream().anyMatch(n -> n.contains("not UTF-8"))).isEqualTo(!charset.equals("UTF-8"));
        if (read != null) {
            assertThat(look.classNames()).contains(read);
        }
    }

    @Test
    void sun397WithoutItsLists() throws IOException {
        for (String name : List.of("a/abbey", "a/apse/indoor", "b/bakery/indoor")) {
            images("SUN397/" + name, 5);
        }
        Files.writeString(dir.resolve("d/SUN397/ClassName.txt"), "/a/abbey\n/a/apse/indoor\n/b/bakery/indoor\n");
        for (String id : List.of("folder", "sun397")) {
            assertThatThrownBy(() -> Datasets.open(spec(id, Split.AUTO, BadImage.FAIL), dir, 0))
                    .hasMessageContaining("Training_01.txt")
                    .hasMessageContaining("Partitions.zip");
            try (Dataset d = Datasets.open(spec(id, Split.OWN, BadImage.FAIL), dir, 0)) {
                assertThat(d.classNames()).containsExactly("abbey", "indoor apse", "indoor bakery");
                assertThat(d.train().size() + d.val().size() + d.test().size()).isEqualTo(15);
            }
        }
        Files.delete(dir.resolve("d/SUN397/ClassName.txt"));
        assertThatThrownBy(this::open)
                .hasMessageContaining("same name in several places")
                .hasMessageContaining("a/apse/indoor");
    }

    @ParameterizedTest
    @CsvSource({
        "oxford_pets,images,annotations/trainval.txt",
        "oxford_flowers,jpg,setid.mat",
        "folder,x,no folder or list says"
    })
    void whatIsMissingIsNamed(String id, String folder, String word) throws IOException {
        images(folder, 3);
        assertThatThrownBy(() -> Datasets.open(spec(id, Split.AUTO, BadImage.FAIL), dir, 0))
                .hasFieldOrPropertyWithValue("code", "NO_DATASET")
                .hasMessageContaining("3 images")
                .hasMessageContaining(word);
    }

    @Test
    void imageNetAsKaggleShipsIt() throws IOException {
        for (String wnid : ImageNet.wnids()) {
            Path notes = Files.createDirectories(dir.resolve("d/ILSVRC/Annotations/CLS-LOC/train/" + wnid));
            Files.writeString(notes.resolve(wnid + "_0.xml"), "<annotation/>");
            Path at = Files.createDirectories(dir.resolve("d/ILSVRC/Data/CLS-LOC/train/" + wnid));
            Files.write(at.resolve(wnid + "_0.JPEG"), png());
            Files.write(at.resolve(wnid + "_1.JPEG"), png());
        }
        for (String part : List.of("val", "test")) {
            Path at = Files.createDirectories(dir.resolve("d/ILSVRC/Data/CLS-LOC/" + part));
            for (int i = 1; i <= 5; i++) {
                Files.write(at.resolve("ILSVRC2012_" + part + "_0000000" + i + ".JPEG"), png());
            }
        }
        DatasetSpec spec = spec("imagenet", Split.AUTO, BadImage.FAIL);
        DatasetSummary unsolved = DatasetSummary.of(spec("imagenet", Split.AUTO, BadImage.FAIL), 0, (done, of) -> {});
        assertThat(unsolved.notes())
                .anyMatch(n -> n.contains("val/ has 5 images") && n.contains("LOC_val_solution.csv"))
                .anyMatch(n -> n.contains("test/ has 5 images"));
        Files.writeString(
                dir.resolve("d/LOC_val_solution.csv"),
                "ImageId,PredictionString\nILSVRC2012_val_00000001,n01443537 1 2 3 4\nILSVRC2012_val_00000003,n01440764 1 2 3 4 \n");
        try (Dataset d = Datasets.open(spec, dir.resolve("cache"), 0)) {
            assertThat(d.train().size() + d.val().size()).isEqualTo(2_000);
            assertThat(d.test().labels()).containsExactly(1, 0);
            assertThat(d.ownSplit()).isFalse();
            assertThat(d.notes()).anyMatch(n -> n.contains("val/ has 3 images"));
        }
    }

    @Test
    void aLookCountsOneImageAClass() throws IOException {
        images("cat", 1);
        images("dog", 1);
        DatasetSummary look = look();
        assertThat(look.train()).containsExactly(1, 1);
        assertThat(look.notes()).anyMatch(n -> n.contains("at least 4"));
    }

    @Test
    void linksMayLeadWhereTheWorkerMayRead() throws IOException {
        images("cat", 6);
        images("../disk/owl", 6);
        Files.createSymbolicLink(dir.resolve("d/owl"), dir.resolve("disk/owl"));
        assertThatThrownBy(this::open)
                .hasFieldOrPropertyWithValue("code", "OUTSIDE_ROOT")
                .hasMessageContaining("RUNYARD_ROOTS");
        System.setProperty("runyard.roots", dir.resolve("disk").toString());
        try (Dataset d = open()) {
            assertThat(d.classNames()).containsExactly("cat", "owl");
        } finally {
            System.clearProperty("runyard.roots");
        }
    }
}
