package dev.runyard.vision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One data set has one set of classes, whatever its files call them. */
class AnswersTest {
    @TempDir
    Path dir;

    private Dataset open(String id, String... classes) throws IOException {
        for (String name : classes) {
            Path image = dir.resolve("test").resolve(name).resolve("1.png");
            Files.createDirectories(image.getParent());
            Files.writeString(image, name); // never decoded
        }
        return Datasets.openForEvaluation(
                new DatasetSpec(id, dir.toString(), null, null, null), dir.resolve("cache"), 0);
    }

    @Test
    void foldersAndCoopsListNameTheSame() throws IOException {
        try (Dataset folders = open("eurosat", "AnnualCrop", "SeaLake", "River")) {
            Answers answers = Answers.of(List.of("sea or lake", "annual crop land", "river", "forest"), folders);
            assertThat(answers.missing()).isEmpty();
            assertThat(folders.classNames()).containsExactly("AnnualCrop", "River", "SeaLake");
            assertThat(answers.output()).containsExactly(1, 2, 0);
            assertThat(Answers.same(
                            "eurosat", folders.classNames(), List.of("annual crop land", "river", "sea or lake")))
                    .isTrue();
            assertThat(Answers.same(
                            "eurosat", folders.classNames(), List.of("river", "annual crop land", "sea or lake")))
                    .isFalse();
        }
    }

    @Test
    void whatIsSpokenAlikeTwiceIsBoundExactlyOnly() throws IOException {
        try (Dataset folders = open("folder", "big_cat", "big cat", "dog")) {
            assertThat(Answers.of(List.of("Big cat", "big_cat", "Dog"), folders).output())
                    .containsExactly(-1, 1, 2);
        }
    }
}
