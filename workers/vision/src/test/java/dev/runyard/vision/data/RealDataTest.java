package dev.runyard.vision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.dataset.DatasetSpec.Split;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.data.layout.Found;
import dev.runyard.vision.data.layout.Item;
import dev.runyard.vision.data.layout.Layouts;
import dev.runyard.vision.data.report.DatasetSummary;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layouts as they are met in the wild. */
class RealDataTest {
    @TempDir
    Path dir;

    private Dataset open(String path, Split split) throws IOException {
        return Datasets.open(spec(path, split), dir.resolve("cache"), 0);
    }

    private static DatasetSpec spec(String path, Split split) {
        return new DatasetSpec("folder", SharedData.path(path).toString(), split, null, null);
    }

    @ParameterizedTest
    @CsvSource({
        "eurosat-sample/eurosat-sample.zip, 10, 800, 100, 400, AnnualCrop",
        "eurosat-8k/eurosat-8k.zip, 10, 5000, 500, 2500, annual crop land",
        "dtd-sample/dtd-sample.zip, 10, 250, 50, 100, banded",
        "oxford_pets-sample/oxford_pets-sample.zip, 37, 133, 15, 74, abyssinian",
        "food101-sample/food101-sample.zip, 101, 455, 50, 303, apple_pie"
    })
    void coopSplits(String path, int classes, int train, int val, int test, String first) throws IOException {
        try (Dataset d = open(path, Split.AUTO)) {
            assertThat(d.classes()).isEqualTo(classes);
            assertThat(d.classNames().get(0)).isEqualTo(first);
            assertThat(List.of(d.train().size(), d.val().size(), d.test().size()))
                    .containsExactly(train, val, test);
            assertThat(d.ownSplit()).isFalse();
            assertThat(d.train().labels()).contains(0, classes - 1);
            Raster image = d.test().pixels(3);
            assertThat(image.mode()).isEqualTo(Raster.Mode.RGB);
            assertThat(d.test().pixels(3, 32)).hasSize(32 * 32 * 3);
        }
    }

    @Test
    void anOwnSplitOfEurosatIsSeededAndMarked() throws IOException {
        String zip = "eurosat-sample/eurosat-sample.zip";
        try (Dataset a = open(zip, Split.OWN);
                Dataset b = open(zip, Split.OWN);
                Dataset c = Datasets.open(spec(zip, Split.OWN), dir, 1)) {
            assertThat(a.ownSplit()).isTrue();
            assertThat(a.notes()).anyMatch(n -> n.contains("Own split"));
            assertThat(List.of(a.train().size(), a.val().size(), a.test().size()))
                    .containsExactly(650, 260, 390);
            assertThat(a.classNames()).contains("SeaLake").hasSize(10);
            assertThat(b.hash()).isEqualTo(a.hash());
            assertThat(c.hash()).isNotEqualTo(a.hash());
        }
    }

    @Test
    void aZipAndItsFolderAreTheSameDataSet() throws IOException {
        Path zip = SharedData.path("dtd-sample/dtd-sample.zip");
        Path folder = dir.resolve("unpacked/deeper");
        try (ZipFile in = new ZipFile(zip.toFile())) {
            for (Enumeration<? extends ZipEntry> e = in.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                Path to = folder.resolve(entry.getName());
                Files.createDirectories(to.getParent());
                try (InputStream bytes = in.getInputStream(entry)) {
                    Files.copy(bytes, to);
                }
            }
        }
        DatasetSpec unpacked = new DatasetSpec("dtd", dir.resolve("unpacked").toString(), null, null, null);
        try (Dataset a = open("dtd-sample/dtd-sample.zip", Split.AUTO);
                Dataset b = Datasets.open(unpacked, dir.resolve("cache"), 0)) {
            assertThat(b.hash()).isEqualTo(a.hash());
            assertThat(b.train().pixels(0, 64)).isEqualTo(a.train().pixels(0, 64));
        }
        Path image = folder.resolve("dtd/images/banded/banded_0104.jpg");
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length / 2] ^= 1;
        Files.write(image, bytes);
        try (Dataset a = open("dtd-sample/dtd-sample.zip", Split.AUTO);
                Dataset b = Datasets.open(unpacked, dir.resolve("cache"), 0)) {
            assertThat(b.hash()).as("one changed bit").isNotEqualTo(a.hash());
        }
    }

    @Test
    void trainAndTestFoldersWithANumberForAClass() throws IOException {
        try (Dataset d = open("reference-shapes/shapes.zip", Split.AUTO)) {
            assertThat(d.classNames()).containsExactly("03", "04", "05", "06", "07", "08", "09", "10");
            assertThat(List.of(d.train().size(), d.val().size(), d.test().size()))
                    .containsExactly(1800, 200, 500);
            assertThat(d.ownSplit()).isFalse();
            assertThat(d.notes()).hasSize(1);
        }
    }

    @Test
    void cifar10Binary() throws IOException {
        try (Dataset d = open("cifar10-small", Split.OFFICIAL)) {
            assertThat(d.classNames()).startsWith("airplane").endsWith("truck").hasSize(10);
            assertThat(List.of(d.train().size(), d.val().size(), d.test().size()))
                    .containsExactly(4500, 500, 1000);
            assertThat(d.test().pixels(0).width()).isEqualTo(32);
        }
        byte[] record = Files.readAllBytes(SharedData.path("foolbox-samples/cifar-10-batches-bin/test_batch.bin"));
        DatasetSpec lossless = spec("foolbox-samples/cifar-10-batches-bin", Split.AUTO);
        assertThatThrownBy(() -> Datasets.open(lossless, dir, 0)).hasFieldOrPropertyWithValue("code", "MISSING_SPLIT");
        try (Dataset d = Datasets.openForEvaluation(lossless, dir, 0)) {
            assertThat(d.test().size()).isEqualTo(20);
            assertThat(d.test().label(1)).isEqualTo(record[3073]);
            byte[] rgb = d.test().pixels(1).data();
            assertThat(rgb[3 * 33 + 2]).as("blue of row 1, column 1").isEqualTo(record[3073 + 1 + 2048 + 33]);
        }
    }

    @Test
    void cifar100BinaryUsesTheFineLabel() throws IOException {
        byte[] record = Files.readAllBytes(SharedData.path("foolbox-samples/cifar-100-binary/test.bin"));
        try (Dataset d = Datasets.openForEvaluation(spec("foolbox-samples/cifar-100-binary", Split.AUTO), dir, 0)) {
            assertThat(d.classes()).isEqualTo(100);
            assertThat(d.test().size()).isEqualTo(20);
            for (int i = 0; i < 20; i++) {
                assertThat(d.test().label(i)).isEqualTo(record[i * 3074 + 1]);
            }
            assertThat(d.test().pixels(2).data()[1]).isEqualTo(record[2 * 3074 + 2 + 1024]);
        }
    }

    @Test
    void imageNetV2sFoldersAreNumbersNotText() throws IOException {
        // Some classes have one image, so only a look at them, not a split, is possible.
        Path zip = SharedData.path("imagenet-variants/nips2017-dev-flickr.zip");
        try (Source source = Source.open(zip.toString(), null)) {
            Found found = Layouts.find(source, spec("imagenet-variants/nips2017-dev-flickr.zip", Split.AUTO));
            List<Integer> numbers =
                    found.classNames().stream().map(Integer::valueOf).toList();
            assertThat(numbers).isSorted();
            assertThat(found.classNames().stream().sorted().toList()).isNotEqualTo(found.classNames());
            for (Item item : found.train()) {
                assertThat(item.path()).contains("/" + found.classNames().get(item.label()) + "/");
            }
        }
    }

    @Test
    void whatCannotBeSplitSaysSo() {
        assertThatThrownBy(() -> open("oxford_flowers-oneshot/oxford_flowers-oneshot.zip", Split.AUTO))
                .hasFieldOrPropertyWithValue("code", "CLASS_TOO_SMALL")
                .hasMessageContaining("001_pink_primrose");
        assertThatThrownBy(() -> open("imagenet-variants/texture-vs-shape-16class.zip", Split.AUTO))
                .hasFieldOrPropertyWithValue("code", "AMBIGUOUS_LAYOUT")
                .hasMessageContaining("cue-conflict");
        assertThatThrownBy(() -> open("imagenet-variants/imagenet-sample-1per-class.zip", Split.AUTO))
                .hasFieldOrPropertyWithValue("code", "MISSING_SPLIT");
        assertThatThrownBy(() -> open("reference-shapes/shapes.zip", Split.COOP))
                .hasFieldOrPropertyWithValue("code", "MISSING_SPLIT");
        assertThatThrownBy(() -> open("imagenetv2-predictions", Split.AUTO))
                .hasFieldOrPropertyWithValue("code", "NO_DATASET")
                .hasMessageContaining("CIFAR-100");
    }

    @Test
    void aLookAtEveryImage() throws IOException {
        DatasetSummary pets =
                DatasetSummary.of(spec("oxford_pets-sample/oxford_pets-sample.zip", Split.AUTO), 0, (done, of) -> {});
        assertThat(pets.images()).isEqualTo(222);
        assertThat(pets.broken()).isEmpty();
        assertThat(pets.leaks()).isEmpty();
        assertThat(pets.test()).hasSize(37).containsOnly(2);
        DatasetSummary imagenet = DatasetSummary.of(
                spec("imagenet-variants/imagenet-sample-1per-class.zip", Split.AUTO), 0, (done, of) -> {});
        assertThat(imagenet.classNames()).hasSize(1000).startsWith("n01440764");
        assertThat(imagenet.images()).isEqualTo(1000);
        assertThat(imagenet.broken()).isEmpty();
    }
}
