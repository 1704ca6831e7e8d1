package dev.runyard.vision.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.ClassifierSpec.Template;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.layout.ImageNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentencesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PGN | cifar10 | airplane | This is a photo of a airplane",
                "PGN | cifar100 | aquarium_fish | A photo of a aquarium fish",
                "PGN | eurosat | AnnualCrop | This is a photo of a annual crop land",
                "PGN | eurosat | Annual Crop Land | This is a photo of a annual crop land",
                "PGN | eurosat | SeaLake | This is a photo of a sea or lake",
                "PGN | eurosat | Highway | This is a photo of a highway or road",
                "PGN | ucf101 | ApplyEyeMakeup | This is a photo of a apply eye makeup",
                "PGN | ucf101 | Apply_Eye_Makeup | This is a photo of a apply eye makeup",
                "PGN | sun397 | /c/church/outdoor | This is a photo of a outdoor church",
                "PGN | sun397 | a/airplane_cabin | This is a photo of a airplane cabin",
                "PGN | sun397 | outdoor church | This is a photo of a outdoor church",
                "PGN | svhn | 10 | This is a photo of a 0",
                "PGN | svhn | 7 | This is a photo of a 7",
                "PGN | clevr_count | 3 | This is a photo of 3 objects",
                "PGN | clevr_count | 10 objects | This is a photo of 10 objects",
                "PGN | shapes | 3 shapes | This is a photo of 3 shapes",
                "PGN | folder | My_Class | This is a photo of a my class",
                "VP | dtd | polka-dotted | This is a photo of a polka dotted",
                "PGN | dtd | polka-dotted | This is a photo of a polka-dotted",
                "COOP | oxford_pets | american_bulldog | a photo of a american bulldog, a type of pet.",
                "COOP | ucf101 | Archery | a photo of a person doing archery.",
                "COOP | folder | cat | a photo of a cat.",
                "CLIP | oxford_pets | Bengal | a photo of a bengal, a type of pet."
            })
    void nameEachClass(Template template, String dataset, String name, String sentence) throws IOException {
        assertThat(Sentences.of(template, null, dataset, List.of(name)).byClass())
                .containsExactly(List.of(sentence));
    }

    @Test
    void everyDataSetHasThoseOfThePaper() throws IOException {
        for (String id : DatasetSpec.IDS) {
            for (Template template : List.of(Template.PGN, Template.VP, Template.COOP)) {
                assertThat(Sentences.of(template, null, id, List.of("thing")).byClass())
                        .as(id)
                        .hasSize(1);
            }
        }
    }

    /** CLIP's own list: several a set, its names in another order than ours. */
    @Test
    void readsClipsList() throws IOException {
        Path file = SharedData.path("labels/clip_prompts.json");
        List<List<String>> counts = Sentences.of(Template.CLIP, file, "clevr_count", List.of("3", "10"))
                .byClass();
        assertThat(counts).containsExactly(List.of("a photo of 3 objects."), List.of("a photo of 10 objects."));
        List<List<String>> land =
                Sentences.of(Template.CLIP, file, "eurosat", List.of("River")).byClass();
        assertThat(land)
                .containsExactly(List.of(
                        "a centered satellite photo of river.",
                        "a centered satellite photo of a river.",
                        "a centered satellite photo of the river."));
        List<String> ids = IntStream.range(0, 1_000)
                .mapToObj(i -> String.format("n%08d", i))
                .toList();
        List<List<String>> thousand =
                Sentences.of(Template.CLIP, file, "imagenet", ids).byClass();
        assertThat(thousand).hasSize(1_000).allSatisfy(texts -> assertThat(texts)
                .hasSize(80));
        assertThat(thousand.get(0)).anySatisfy(text -> assertThat(text).contains("tench"));
        assertThatThrownBy(() -> Sentences.of(Template.CLIP, file, "svhn", List.of("1")))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("has no templates for svhn among its");
    }

    @Test
    void refusesWhatCannotBeNamed() throws IOException {
        assertThatThrownBy(() -> Sentences.of(Template.CLIP, null, "food101", List.of("pie")))
                .isInstanceOfSatisfying(
                        InvalidSpec.class, e -> assertThat(e.field()).isEqualTo("classifier.templates"))
                .hasMessageContaining("CLIP's templates for food101 are not built in");
        assertThatThrownBy(() -> Sentences.of(Template.PGN, null, "folder", List.of("n01440764")))
                .isInstanceOfSatisfying(
                        InvalidSpec.class, e -> assertThat(e.code()).isEqualTo("NO_CLASS_NAMES"));
        Path file = folder.resolve("own.json");
        assertThatThrownBy(() -> Sentences.of(Template.CLIP, file, "folder", List.of("cat")))
                .hasMessageContaining("does not exist");
        Files.writeString(file, "{\"folder\": {\"templates\": [\"no place\"]}}");
        assertThatThrownBy(() -> Sentences.of(Template.CLIP, file, "folder", List.of("cat")))
                .hasMessage("own.json: folder templates, entry 1: is not a sentence with {}");
        Files.writeString(file, "{\"folder\": {\"templates\": []}}");
        assertThatThrownBy(() -> Sentences.of(Template.CLIP, file, "folder", List.of("cat")))
                .hasMessage("own.json: folder templates is empty");
        Files.writeString(file, "{");
        assertThatThrownBy(() -> Sentences.of(Template.CLIP, file, "folder", List.of("cat")))
                .hasMessageContaining("is not JSON");
        Files.writeString(file, "{\"folder\": {\"templates\": [\"my {}\", \"the {}\"]}}");
        assertThat(Sentences.of(Template.CLIP, file, "folder", List.of("cat")).byClass())
                .containsExactly(List.of("my cat", "the cat"));
    }

    @Test
    void wordNetIdsAreNamedByAFile() throws IOException {
        List<String> ids = ImageNet.wnids();
        List<String> called = new ArrayList<>();
        StringBuilder keras = new StringBuilder("{");
        for (int i = 0; i < ids.size(); i++) {
            called.add("thing-" + i);
            keras.append(i == 0 ? "" : ",").append("\"" + i + "\":[\"" + ids.get(i) + "\",\"thing-" + i + "\"]");
        }
        Path index = folder.resolve("imagenet_class_index.json");
        Files.writeString(index, keras + "}");
        Path list = folder.resolve("list.json");
        Files.writeString(list, "{\"ImageNet\": {\"classes\": [\"" + String.join("\",\"", called) + "\"]}}");
        for (Path file : List.of(index, list)) {
            assertThat(Sentences.of(Template.PGN, null, file, "imagenet", ids)
                            .byClass()
                            .get(7))
                    .containsExactly("This is a photo of a thing-7");
            assertThat(Sentences.of(Template.VP, null, file, "imagenet-r", List.of(ids.get(9)))
                            .byClass())
                    .containsExactly(List.of("This is a photo of a thing 9"));
            assertThat(Sentences.of(Template.COOP, null, file, "imagenet-v2", ids)
                            .byClass()
                            .get(999))
                    .containsExactly("a photo of a thing-999.");
        }
        Path few = folder.resolve("few.json");
        Files.writeString(few, "[\"tench\"]");
        assertThatThrownBy(() -> Sentences.of(Template.PGN, null, few, "imagenet", ids))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("few.json: names 0 of ImageNet's 1000 classes");
    }
}
