package dev.runyard.vision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.dataset.DatasetSpec.BadImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnionTest {
    @TempDir
    Path dir;

    @BeforeEach
    void twoFolders() throws IOException {
        images("land", "river", "forest");
        images("sky", "cloud", "river");
    }

    private void images(String folder, String... classes) throws IOException {
        for (String name : classes) {
            for (int i = 0; i < 10; i++) {
                Path file = dir.resolve(folder).resolve(name).resolve("i" + i + ".png");
                Files.createDirectories(file.getParent());
                BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
                image.setRGB(1, 1, (folder + name + i).hashCode());
                ImageIO.write(image, "png", file.toFile());
            }
        }
    }

    private DatasetSpec spec(BadImage onBadImage) {
        return new DatasetSpec(
                "union",
                null,
                null,
                null,
                null,
                List.of(
                        new DatasetPart("folder", dir.resolve("land").toString(), null),
                        new DatasetPart("folder", dir.resolve("sky").toString(), null),
                        new DatasetPart("shapes", null, null)),
                onBadImage);
    }

    @Test
    void labelsStandOneAfterAnother() throws IOException {
        Path cache = dir.resolve("cache");
        DatasetSpec land = new DatasetSpec("folder", dir.resolve("land").toString(), null, null, null);
        try (Dataset union = Datasets.open(spec(BadImage.FAIL), cache, 0);
                Dataset first = Datasets.open(land, cache, 0)) {
            assertThat(union.classNames())
                    .startsWith("forest", "river", "cloud", "river (folder-2)", "3 shapes")
                    .hasSize(12)
                    .doesNotHaveDuplicates();
            assertThat(union.parts()).extracting(Dataset.Part::name).containsExactly("folder", "folder-2", "shapes");
            assertThat(union.parts()).extracting(Dataset.Part::firstLabel).containsExactly(0, 2, 4);
            assertThat(union.parts().get(1).classNames()).containsExactly("cloud", "river");
            assertThat(List.of(union.partOf(1), union.partOf(2), union.partOf(3), union.partOf(11)))
                    .containsExactly(0, 1, 1, 2);
            assertThat(List.of(union.train().size(), union.test().size())).containsExactly(20 + 2_000, 12 + 500);
            assertThat(union.ownSplit()).isTrue();
            int n = first.test().size();
            for (int i = 0; i < n; i++) {
                assertThat(union.test().label(i)).isEqualTo(first.test().label(i));
                assertThat(union.test().pixels(i, 4)).isEqualTo(first.test().pixels(i, 4));
            }
            assertThat(union.test().label(n)).as("the second part begins").isEqualTo(2);
            assertThat(union.test().name(n)).startsWith("folder-2: cloud/");
            assertThat(union.test().labels()).contains(0, 1, 2, 3, 4, 11);
            assertThat(union.notes()).anyMatch(note -> note.startsWith("folder-2: Own split"));
            assertThat(first.parts()).singleElement().hasFieldOrPropertyWithValue("firstLabel", 0);
        }
    }

    @Test
    void aBadImageOfOnePartIsCountedInTheUnion() throws IOException {
        Files.writeString(dir.resolve("sky/cloud/i0.png"), "no image");
        try (Dataset union = Datasets.open(spec(BadImage.SKIP), dir.resolve("cache"), 0)) {
            assertThat(union.skipped()).isEqualTo(1);
        }
        Files.delete(dir.resolve("sky/cloud/i0.png"));
        assertThatThrownBy(() -> {
                    Files.move(dir.resolve("sky"), dir.resolve("gone"));
                    Datasets.open(spec(BadImage.FAIL), dir.resolve("cache"), 0).close();
                })
                .hasFieldOrPropertyWithValue("code", "NO_DATASET");
    }
}
