package dev.runyard.vision.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.dataset.DatasetSpec.Split;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.MatFileTest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small copies of the layouts that data sets are shipped in. */
class OfficialLayoutsTest {
    @TempDir
    Path dir;

    private void images(String... paths) throws IOException {
        for (String path : paths) {
            BufferedImage image = new BufferedImage(6, 4, BufferedImage.TYPE_INT_RGB);
            image.setRGB(1, 1, path.hashCode());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageIO.write(image, "png", out);
            file(path, out.toByteArray());
        }
    }

    private void file(String path, byte[] content) throws IOException {
        Path file = dir.resolve("d").resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private void lines(String path, String... lines) throws IOException {
        file(path, String.join("\n", lines).concat("\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private DatasetSpec spec(String id, Split split) {
        return new DatasetSpec(id, dir.resolve("d").toString(), split, null, null);
    }

    private Dataset open(String id) throws IOException {
        return Datasets.open(spec(id, Split.OFFICIAL), dir.resolve("cache"), 0);
    }

    private void refused(String id, String code, String word) {
        assertThatThrownBy(() -> open(id).close())
                .isInstanceOfSatisfying(
                        DataException.class,
                        e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code))
                .hasMessageContaining(word);
    }

    private static List<String> names(dev.runyard.vision.data.Split part) {
        return IntStream.range(0, part.size()).mapToObj(part::name).sorted().toList();
    }

    private static List<Integer> sizes(Dataset d) {
        return List.of(d.train().size(), d.val().size(), d.test().size());
    }

    @Test
    void food101() throws IOException {
        images("food-101/images/ramen/1.jpg", "food-101/images/ramen/2.jpg", "food-101/images/ramen/3.jpg");
        images("food-101/images/apple_pie/4.jpg", "food-101/images/apple_pie/5.jpg", "food-101/images/apple_pie/6.jpg");
        lines("food-101/meta/classes.txt", "apple_pie", "ramen");
        lines("food-101/meta/train.txt", "apple_pie/4", "apple_pie/5", "ramen/1", "ramen/2");
        lines("food-101/meta/test.txt", "apple_pie/6", "ramen/3");
        String hash;
        try (Dataset d = open("food101")) {
            assertThat(d.classNames()).containsExactly("apple_pie", "ramen");
            assertThat(names(d.test()))
                    .containsExactly("food-101/images/apple_pie/6.jpg", "food-101/images/ramen/3.jpg");
            assertThat(d.ownSplit()).isFalse();
            assertThat(d.notes()).anyMatch(n -> n.contains("70700") && n.contains("101"));
            hash = d.hash();
        }
        Files.delete(dir.resolve("d/food-101/meta/train.txt"));
        lines(
                "food-101/meta/train.json",
                "{\"apple_pie\":[\"apple_pie/4\",\"apple_pie/5\"],\"ramen\":[\"ramen/1\",\"ramen/2\"]}");
        lines("food-101/meta/test.json", "{\"apple_pie\":[\"apple_pie/6\"],\"ramen\":[\"ramen/3\"]}");
        try (Dataset d = open("folder")) {
            assertThat(d.hash()).as("text and JSON lists say the same").isEqualTo(hash);
        }
        lines("food-101/meta/test.json", "{\"apple_pie\":[\"apple_pie/7\"]}");
        refused("food101", "MISSING_FILE", "line 1");
    }

    @Test
    void dtdsFirstPartition() throws IOException {
        images("dtd/images/banded/b1.jpg", "dtd/images/banded/b2.jpg", "dtd/images/banded/b3.jpg");
        images("dtd/images/woven/w1.jpg", "dtd/images/woven/w2.jpg", "dtd/images/woven/w3.jpg");
        lines("dtd/labels/train1.txt", "banded/b1.jpg", "woven/w1.jpg");
        lines("dtd/labels/val1.txt", "banded/b2.jpg", "woven/w2.jpg");
        lines("dtd/labels/test1.txt", "banded/b3.jpg", "woven/w3.jpg");
        lines("dtd/labels/train2.txt", "banded/b3.jpg", "woven/w3.jpg");
        try (Dataset d = open("dtd")) {
            assertThat(sizes(d)).containsExactly(2, 2, 2);
            assertThat(d.val().name(1)).isEqualTo("dtd/images/woven/w2.jpg");
            assertThat(d.val().label(1)).isEqualTo(1);
        }
        lines("dtd/labels/test1.txt", "knitted/k.jpg");
        refused("dtd", "LABEL_OUT_OF_RANGE", "line 1");
    }

    @Test
    void sun397sPathsBeginWithASlashAndNest() throws IOException {
        String[] classes = {"a/abbey", "a/apse/indoor", "b/bar"};
        for (String name : classes) {
            images("SUN397/" + name + "/sun_1.jpg", "SUN397/" + name + "/sun_2.jpg", "SUN397/" + name + "/sun_3.jpg");
        }
        lines("Partitions/ClassName.txt", "/a/abbey", "/a/apse/indoor", "/b/bar");
        lines("Partitions/Training_01.txt", "/a/abbey/sun_1.jpg", "/a/apse/indoor/sun_1.jpg", "/b/bar/sun_2.jpg");
        lines("Partitions/Testing_01.txt", "/a/abbey/sun_3.jpg", "/a/apse/indoor/sun_3.jpg");
        try (Dataset d = open("sun397")) {
            assertThat(d.classNames()).containsExactly("abbey", "indoor apse", "bar");
            assertThat(names(d.test())).containsExactly("SUN397/a/abbey/sun_3.jpg", "SUN397/a/apse/indoor/sun_3.jpg");
            assertThat(d.test().label(1)).isEqualTo(1);
        }
        lines("Partitions/Training_01.txt", "/a/abbey/sun_1.jpg");
        refused("sun397", "EMPTY_CLASS", "2 of 3 classes: number 1, number 2");
    }

    @Test
    void ucf101sMiddleFrames() throws IOException {
        images("UCF-101-midframes/Apply_Eye_Makeup/v_ApplyEyeMakeup_g08_c01.jpg");
        images("UCF-101-midframes/Handstand_Pushups/v_HandStandPushups_g01_c01.jpg");
        images("UCF-101-midframes/Apply_Eye_Makeup/v_ApplyEyeMakeup_g01_c01.jpg");
        lines("ucfTrainTestlist/classInd.txt", "1 ApplyEyeMakeup", "2 HandstandPushups");
        lines(
                "ucfTrainTestlist/trainlist01.txt",
                "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1",
                "HandstandPushups/v_HandstandPushups_g01_c01.avi 2");
        lines("ucfTrainTestlist/testlist01.txt", "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi");
        try (Dataset d = open("ucf101")) {
            assertThat(d.classNames()).containsExactly("Apply_Eye_Makeup", "Handstand_Pushups");
            assertThat(sizes(d)).containsExactly(2, 0, 1);
            assertThat(d.train().name(1)).as("capitals differ").contains("v_HandStandPushups");
        }
    }

    @Test
    void oxfordPetsNumbersFromOne() throws IOException {
        images("images/Abyssinian_1.jpg", "images/Abyssinian_2.jpg", "images/yorkshire_terrier_1.jpg");
        images("images/yorkshire_terrier_3.jpg", "images/Abyssinian_9.jpg");
        lines("annotations/list.txt", "#Image CLASS-ID SPECIES BREED ID");
        lines("annotations/trainval.txt", "Abyssinian_1 1 1 1", "Abyssinian_2 1 1 1", "yorkshire_terrier_1 2 2 25");
        lines("annotations/test.txt", "Abyssinian_9 1 1 1", "yorkshire_terrier_3 2 2 25");
        try (Dataset d = open("oxford_pets")) {
            assertThat(d.classNames()).containsExactly("abyssinian", "yorkshire_terrier");
            assertThat(names(d.test())).containsExactly("images/Abyssinian_9.jpg", "images/yorkshire_terrier_3.jpg");
        }
        lines("annotations/test.txt", "Abyssinian_9 0 1 1");
        refused("oxford_pets", "BAD_SPLIT", "test.txt, line 1: not an image, its class");
    }

    @Test
    void clevrIsCountedByItsScenes() throws IOException {
        StringBuilder train = new StringBuilder("{\"info\":{\"split\":\"train\"},\"scenes\":[");
        for (int objects = 3; objects <= 10; objects++) {
            images("CLEVR_v1.0/images/train/CLEVR_train_00000" + objects + ".png");
            train.append(objects > 3 ? "," : "").append(scene("CLEVR_train_00000" + objects + ".png", objects));
        }
        lines("CLEVR_v1.0/scenes/CLEVR_train_scenes.json", train + "]}");
        images("CLEVR_v1.0/images/val/CLEVR_val_000000.png", "CLEVR_v1.0/images/test/CLEVR_test_000000.png");
        lines("CLEVR_v1.0/scenes/CLEVR_val_scenes.json", "{\"scenes\":[" + scene("CLEVR_val_000000.png", 5) + "]}");
        try (Dataset d = open("clevr_count")) {
            assertThat(d.classNames()).startsWith("3").endsWith("10").hasSize(8);
            assertThat(d.train().labels()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
            assertThat(d.test().labels()).containsExactly(2);
            assertThat(d.test().name(0)).endsWith("images/val/CLEVR_val_000000.png");
        }
        lines("CLEVR_v1.0/scenes/CLEVR_val_scenes.json", "{\"scenes\":[" + scene("CLEVR_val_000000.png", 11) + "]}");
        refused("clevr_count", "LABEL_OUT_OF_RANGE", "11 objects");
    }

    private static String scene(String image, int objects) {
        String one = "{\"color\":\"red\",\"3d_coords\":[1,2,3]}";
        return "{\"image_index\":0,\"objects\":[" + String.join(",", java.util.Collections.nCopies(objects, one))
                + "],\"relationships\":{\"left\":[[1]]},\"image_filename\":\"" + image + "\"}";
    }

    @Test
    void resisc45sFileIsASplitLikeCoops() throws IOException {
        images("NWPU-RESISC45/airplane/airplane_001.jpg", "NWPU-RESISC45/airplane/airplane_002.jpg");
        images("NWPU-RESISC45/river/river_001.jpg");
        lines(
                "resisc45_json.json",
                "{\"train\":[[\"airplane/airplane_001.jpg\",0,\"airplane\"],[\"river/river_001.jpg\",1,\"river\"]],\"val\":[],"
                        + "\"test\":[[\"airplane/airplane_002.jpg\",0,\"airplane\"]]}");
        try (Dataset d = Datasets.open(spec("resisc45", Split.AUTO), dir.resolve("cache"), 0)) {
            assertThat(d.classNames()).containsExactly("airplane", "river");
            assertThat(d.test().name(0)).isEqualTo("NWPU-RESISC45/airplane/airplane_002.jpg");
            assertThat(d.ownSplit()).isFalse();
        }
    }

    @Test
    void flowersLabelsAreArraysOfMatlab() throws IOException {
        for (int i = 1; i <= 9; i++) {
            images(String.format(java.util.Locale.ROOT, "jpg/image_%05d.jpg", i));
        }
        file("imagelabels.mat", MatFileTest.scipy("imagelabels.mat"));
        file("setid.mat", MatFileTest.scipy("setid.mat"));
        try (Dataset d = open("oxford_flowers")) {
            assertThat(d.classNames()).containsExactly("1", "2", "3");
            assertThat(d.notes()).anyMatch(n -> n.contains("cat_to_name.json"));
            assertThat(d.val().name(1)).isEqualTo("jpg/image_00006.jpg");
            assertThat(d.val().labels()).containsExactly(0, 2, 1);
            assertThat(d.test().labels()).containsExactly(2, 1, 0);
        }
        lines("cat_to_name.json", "{\"2\":\"rose\",\"1\":\"lily\",\"3\":\"iris\"}");
        try (Dataset d = open("oxford_flowers")) {
            assertThat(d.classNames()).containsExactly("lily", "rose", "iris");
        }
        assertThatThrownBy(() -> Datasets.open(spec("oxford_flowers", Split.OWN), dir.resolve("cache"), 0)
                        .close())
                .as("three a class are too few for CoOp's rule, official parts or not")
                .hasFieldOrPropertyWithValue("code", "CLASS_TOO_SMALL");
        Files.delete(dir.resolve("d/imagelabels.mat"));
        refused("oxford_flowers", "MISSING_FILE", "imagelabels.mat");
    }

    @Test
    void svhnsTenIsTheDigitZero() throws IOException {
        file("train_32x32.mat", MatFileTest.scipy("train_32x32.mat"));
        file("test_32x32.mat", MatFileTest.scipy("test_32x32.mat"));
        try (Dataset d = open("svhn")) {
            assertThat(d.classNames()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
            assertThat(d.test().labels()).containsExactly(2, 1, 0);
            // The fixture's pixel at row r, column c, band b of image n is 5r + 2c + 64b + 16n; test holds images 2, 1,
            // 0.
            for (int n = 0; n < 3; n++) {
                byte[] rgb = d.test().pixels(n).data();
                assertThat(rgb[(7 * 32 + 20) * 3 + 2] & 0xff).isEqualTo((5 * 7 + 2 * 20 + 64 * 2 + 16 * (2 - n)) % 256);
            }
            assertThat(d.train().size() + d.val().size()).isEqualTo(12);
            assertThat(d.notes()).anyMatch(n -> n.contains("73257"));
        }
        file("test_32x32.mat", MatFileTest.scipy("imagelabels.mat"));
        refused("svhn", "BAD_MAT", "no array X");
    }

    @Test
    void cifarsPicklesAreRefusedWithTheRemedy() throws IOException {
        lines("cifar-10-batches-py/data_batch_1", "pickle");
        refused("cifar10", "UNSAFE_FORMAT", "data fetch cifar10");
        Files.delete(dir.resolve("d/cifar-10-batches-py/data_batch_1"));
        for (String file : List.of("train", "test", "meta")) {
            lines("cifar-100-python/" + file, "pickle");
        }
        Files.delete(dir.resolve("d/cifar-10-batches-py"));
        refused("cifar100", "UNSAFE_FORMAT", "data fetch cifar100");
    }
}
