package dev.runyard.vision.method.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.ClassifierSpec.Kind;
import dev.runyard.spec.model.ClassifierSpec.Template;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.text.Sentences;
import dev.runyard.vision.text.TextFeatures;
import dev.runyard.vision.text.TinyClip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Class scores from sentences: fixed, and as the start of what is trained. */
class TextClassifierTest {
    private static final List<String> NAMES = List.of("Forest", "River", "SeaLake");

    @TempDir
    Path folder;

    @BeforeEach
    void engine() throws IOException {
        Torch.enter();
        Torch.threads(1);
        TinyClip.write(folder);
    }

    @Test
    void theMeanOfNormalisedSentencesIsNormalised() throws IOException {
        String weights = folder.toString();
        TextFeatures one = TextFeatures.of(weights, sentences("a photo of a river"));
        TextFeatures two = TextFeatures.of(weights, sentences("a dog"));
        TextFeatures both = TextFeatures.of(weights, sentences("a photo of a river", "a dog"));
        double squares = 0;
        double[] mean = new double[TinyClip.EMBEDDING];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (double) one.values()[i] + two.values()[i];
            squares += mean[i] * mean[i];
        }
        for (int i = 0; i < mean.length; i++) {
            assertThat((double) both.values()[i]).isCloseTo(mean[i] / Math.sqrt(squares), within(1e-6));
        }
        assertThat(both.logitScale()).hasValue(2.5);
        assertThat(TextFeatures.of(weights, sentences("a photo of a river", "a dog")))
                .isSameAs(both);
    }

    @Test
    void trainedTextBeginsAsTheFixedOneAndLearns() throws IOException {
        try (FrozenBackbone backbone = FrozenBackbone.open(folder.toString());
                NDManager manager = Torch.manager();
                Model fixed = Models.of(spec(new ClassifierSpec(Kind.TEXT, null)), backbone, NAMES);
                Model trained = Models.of(spec(new ClassifierSpec(Kind.TEXT_INIT, null)), backbone, NAMES)) {
            assertThat(fixed.parameters().byName()).isEmpty();
            assertThat(trained.parameters().count()).isEqualTo(3L * TinyClip.EMBEDDING);
            NDArray pixels = pixels(manager);
            float[] expected = scores(fixed, pixels);
            assertThat(scores(trained, pixels)).isEqualTo(expected);
            float before = step(trained, pixels);
            assertThat(step(trained, pixels)).isLessThan(before);
            assertThat(scores(fixed, pixels)).isEqualTo(expected);
        }
    }

    /** Another wording is another classifier; features from a file give the same as from the tower. */
    @Test
    void sentencesAndFilesAreChosenByTheSpec() throws IOException {
        try (FrozenBackbone backbone = FrozenBackbone.open(folder.toString());
                NDManager manager = Torch.manager()) {
            NDArray pixels = pixels(manager);
            float[] pgn = scores(new ClassifierSpec(Kind.TEXT, null), backbone, pixels);
            float[] coop =
                    scores(new ClassifierSpec(Kind.TEXT, null, Template.COOP, null, null, null), backbone, pixels);
            assertThat(coop).isNotEqualTo(pgn);
            TextFeatures features =
                    TextFeatures.of(folder.toString(), Sentences.of(Template.COOP, null, "eurosat", NAMES));
            Path file = folder.resolve("texts.st");
            new SafetensorsWriter()
                    .floats("text_features", new long[] {3, TinyClip.EMBEDDING}, features.values())
                    .floats("logit_scale", new long[0], new float[] {2.5f})
                    .write(file);
            assertThat(scores(new ClassifierSpec(Kind.TEXT, file.toString()), backbone, pixels))
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(coop);
            assertThatThrownBy(() -> Models.of(
                            spec(new ClassifierSpec(Kind.TEXT, file.toString())), backbone, List.of("one", "two")))
                    .isInstanceOf(WeightsException.class)
                    .hasMessage("text_features are [3, 8], wanted [2, 8] for this data set and backbone");
        }
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        try (FrozenBackbone backbone = FrozenBackbone.open(folder.toString())) {
            assertThatThrownBy(() -> Models.of(
                            spec(new ClassifierSpec(Kind.TEXT, null)), backbone, List.of("a".repeat(40) + "b c")))
                    .isInstanceOf(WeightsException.class)
                    .hasMessageContaining("the text tower takes 38 beside start and end");
            Files.delete(folder.resolve("merges.txt"));
            assertThatThrownBy(() -> Models.of(spec(new ClassifierSpec(Kind.TEXT, null)), backbone, NAMES))
                    .isInstanceOf(WeightsException.class)
                    .hasMessageContaining("has no tokenizer for the text tower");
        }
        assertThatThrownBy(() -> TextFeatures.of("small-vit", sentences("a cat")))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("holds no text tower");
    }

    private static Sentences sentences(String... texts) {
        return new Sentences(List.of(List.of(texts)));
    }

    private RunSpec spec(ClassifierSpec classifier) {
        var tree = Json.mapper().createObjectNode();
        tree.putObject("dataset").put("id", "eurosat").put("root", "nowhere");
        tree.putObject("backbone").put("weights", folder.toString());
        tree.putObject("method").put("kind", "linear");
        tree.set("classifier", Json.mapper().valueToTree(classifier));
        return Json.read(tree, RunSpec.class);
    }

    private static NDArray pixels(NDManager manager) {
        float[] values = new float[3 * 3 * 16 * 16];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37) + (i / 768) * 0.2f;
        }
        return Torch.floats(manager, values, 3, 3, 16, 16);
    }

    private float[] scores(ClassifierSpec classifier, FrozenBackbone backbone, NDArray pixels) throws IOException {
        try (Model model = Models.of(spec(classifier), backbone, NAMES)) {
            return scores(model, pixels);
        }
    }

    private static float[] scores(Model model, NDArray pixels) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return model.scores(model.parameters(), pixels, false).toFloatArray();
        }
    }

    private static float step(Model model, NDArray pixels) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Tensors leaves = model.parameters().leaves();
            NDArray loss;
            try (Tape tape = new Tape()) {
                NDArray scores = model.scores(leaves, pixels, true);
                NDArray targets = Torch.floats(pixels.getManager(), Nn.targets(new int[] {0, 1, 2}, 3), 3, 3);
                loss = Nn.crossEntropy(scores, targets);
                tape.backward(loss);
            }
            NDArray rate = Torch.scalar(pixels.getManager(), 0.01);
            model.parameters()
                    .byName()
                    .forEach((name, p) -> p.subi(leaves.get(name).getGradient().mul(rate)));
            return loss.toFloatArray()[0];
        }
    }
}
