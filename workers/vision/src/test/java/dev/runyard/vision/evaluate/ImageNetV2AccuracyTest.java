package dev.runyard.vision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.vision.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real top-5 answers of public models on ImageNetV2 count to the published accuracies, and so do the gaps to ImageNet. */
class ImageNetV2AccuracyTest {
    private static final int CLASSES = 1_000;
    private static final String SET = "imagenetv2-b-33";

    @ParameterizedTest
    @ValueSource(strings = {"alexnet", "densenet121", "resnet18", "resnet50", "squeezenet1_1", "vgg16_bn"})
    void asPublished(String model) throws IOException {
        Path folder = SharedData.path("imagenetv2-predictions");
        List<String> labels = Files.readAllLines(folder.resolve(SET + ".labels.csv"));
        List<String> answers = Files.readAllLines(folder.resolve(SET + "." + model + ".top5.csv"));
        assertThat(answers).hasSize(labels.size() - 1);
        Tally tally = new Tally(IntStream.range(0, CLASSES).toArray(), List.of());
        for (int i = 0; i < answers.size(); i++) {
            float[] scores = new float[CLASSES];
            int rank = 5;
            for (String answer : answers.get(i).split(",")) {
                scores[Integer.parseInt(answer.strip())] = rank--;
            }
            String[] row = labels.get(i + 1).split(",");
            tally.add(scores, new int[] {Integer.parseInt(row[2].strip())});
        }
        String[] published = row(folder, SET, model);
        assertThat(tally.all().images()).isEqualTo(Long.parseLong(published[2]));
        assertThat(tally.all().top1()).isEqualTo(Long.parseLong(published[3]));
        // A label that is none of the five answers stands behind all of them, so it never counts.
        assertThat(tally.all().top5()).isEqualTo(Long.parseLong(published[4]));

        String[] original = row(folder, "imagenet-validation-original", model);
        Accuracy reference =
                new Accuracy(Long.parseLong(original[2]), Long.parseLong(original[3]), Long.parseLong(original[4]));
        double drop = new Evaluation(SET, 0, 0, List.of(), CLASSES, CLASSES, tally.all(), tally.all(), reference)
                .drop()
                .orElseThrow();
        double gap = 100 * (Double.parseDouble(original[5]) - Double.parseDouble(published[5]));
        assertThat(drop).isCloseTo(gap, within(1e-9));
    }

    private static String[] row(Path folder, String set, String model) throws IOException {
        return Files.readAllLines(folder.resolve("accuracy_all_models.csv")).stream()
                .map(line -> line.split(","))
                .filter(cells -> cells[0].equals(set) && cells[1].equals(model))
                .findFirst()
                .orElseThrow();
    }
}
