package dev.runyard.vision.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageNetFoldersTest {
    private static final String CROPS = "imagenet-variants/imagenet-a-r-sketch-figure-crops.zip";

    @TempDir
    Path dir;

    private Dataset judged(String id, Path root) throws IOException {
        return Datasets.openForEvaluation(
                new DatasetSpec(id, root.toString(), null, null, null), dir.resolve("cache"), 0);
    }

    private void image(String path) throws IOException {
        Path file = dir.resolve(path);
        Files.createDirectories(file.getParent());
        // No pixel is decoded here.
        Files.writeString(file, path);
    }

    @ParameterizedTest
    @CsvSource({
        CROPS + ", imagenet-a, 2, 200",
        CROPS + ", imagenet-r, 6, 200",
        CROPS + ", imagenet-sketch, 36, 1000",
        "imagenet-variants/imagenet-sample-1per-class.zip, imagenet, 1000, 1000",
        "imagenet-variants/nips2017-dev-flickr.zip, imagenet-v2, 400, 1000",
        "foolbox-samples/imagenet-val, imagenet, 20, 1000"
    })
    void realSamples(String path, String id, int images, int possible) throws IOException {
        Path root = SharedData.path(path);
        try (Dataset d = judged(id, root)) {
            assertThat(d.test().size()).isEqualTo(images);
            assertThat(d.train().size()).isZero();
            assertThat(d.classNames()).isEqualTo(ImageNet.wnids());
            assertThat(d.subset() == null ? 1000 : d.subset().size()).isEqualTo(possible);
            for (int i = 0; i < images; i++) {
                int label = d.test().label(i);
                String[] folders = d.test().name(i).split("/");
                String folder = folders[folders.length - 2];
                String expected = id.equals("imagenet-v2")
                        ? String.valueOf(label)
                        : ImageNet.wnids().get(label);
                assertThat(folder).isEqualTo(expected);
                assertThat(d.subset() == null || d.subset().contains(label)).isTrue();
            }
            assertThat(d.test().pixels(0, 32)).hasSize(32 * 32 * 3);
            Set<Integer> seen = new HashSet<>();
            Arrays.stream(d.test().labels()).forEach(seen::add);
            assertThat(d.notes().stream().anyMatch(n -> n.contains(" of " + possible + " classes")))
                    .isEqualTo(seen.size() < possible);
        }
    }

    @Test
    void v2sNumbersAreNotText() throws IOException {
        for (String name : List.of("0", "1", "10", "100", "2", "20", "999")) {
            image("imagenetv2-matched-frequency-format-val/" + name + "/x.jpeg");
        }
        try (Dataset d = judged("imagenet-v2", dir)) {
            assertThat(Arrays.stream(d.test().labels()).boxed().toList())
                    .containsExactlyInAnyOrder(0, 1, 2, 10, 20, 100, 999);
        }
        image("imagenetv2-matched-frequency-format-val/1000/x.jpeg");
        assertThatThrownBy(() -> judged("imagenet-v2", dir).close())
                .hasFieldOrPropertyWithValue("code", "LABEL_OUT_OF_RANGE");
    }

    @Test
    void aClassThatIsNotInTheSubsetIsRefused() throws IOException {
        image("imagenet-a/n01498041/x.jpg");
        image("imagenet-a/README.txt");
        judged("imagenet-a", dir).close();
        image("imagenet-a/n01440764/x.jpg");
        assertThatThrownBy(() -> judged("imagenet-a", dir).close())
                .hasFieldOrPropertyWithValue("code", "LABEL_OUT_OF_RANGE")
                .hasMessageContaining("none of the 200");
        image("imagenet-r/n99999999/x.jpg");
        assertThatThrownBy(() -> judged("imagenet-r", dir.resolve("imagenet-r")).close())
                .hasFieldOrPropertyWithValue("code", "LABEL_OUT_OF_RANGE")
                .hasMessageContaining("1000 classes");
    }

    @Test
    void trainingNeedsAllClassesAndVariantsHaveNoTrainPart() throws IOException {
        for (String wnid : ImageNet.wnids()) {
            image("train/" + wnid + "/" + wnid + "_1.JPEG");
        }
        image("val/n01440764/ILSVRC2012_val_00000293.JPEG");
        DatasetSpec whole = new DatasetSpec("imagenet", dir.toString(), null, null, null);
        try (Dataset d = Datasets.open(whole, dir.resolve("cache"), 0)) {
            assertThat(d.train().size() + d.val().size()).isEqualTo(1000);
            assertThat(d.notes()).anyMatch(n -> n.contains("1 of 1000 classes"));
        }
        Files.delete(dir.resolve("train/n15075141/n15075141_1.JPEG"));
        assertThatThrownBy(() -> Datasets.open(whole, dir.resolve("cache"), 0).close())
                .hasFieldOrPropertyWithValue("code", "EMPTY_CLASS")
                .hasMessageContaining("n15075141");
        image("sketch/n01440764/x.JPEG");
        DatasetSpec sketch =
                new DatasetSpec("imagenet-sketch", dir.resolve("sketch").toString(), null, null, null);
        assertThatThrownBy(() -> Datasets.open(sketch, dir.resolve("cache"), 0).close())
                .hasFieldOrPropertyWithValue("code", "MISSING_SPLIT");
        image("n01440764/x.JPEG");
        assertThatThrownBy(() -> judged("imagenet-r", dir).close())
                .hasFieldOrPropertyWithValue("code", "AMBIGUOUS_LAYOUT");
    }
}
