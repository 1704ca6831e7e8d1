package dev.runyard.vision.method;

import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.head.Prototypes;
import dev.runyard.vision.text.PromptedTexts;
import dev.runyard.vision.text.Sentences;
import dev.runyard.vision.text.TextFeatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the model of a run is made from.
 *
 * @param parts of the run's data set; a text classifier names the classes of each by its own rules
 * @param manager of the model's arrays, which closes it
 */
record Making(RunSpec run, FrozenBackbone backbone, List<Dataset.Part> parts, NDManager manager) {
    long seed() {
        return run.seed();
    }

    /** C */
    int classes() {
        return parts.stream().mapToInt(Dataset.Part::classes).sum();
    }

    /**
     * A new classifier as the run asks for it.
     *
     * @throws IOException when weights that it names cannot be read or do not fit
     */
    Classifier classifier() throws IOException {
        ClassifierSpec spec = run.classifier();
        return switch (spec.kind()) {
            case LINEAR -> Classifier.linear(manager, seed(), backbone.shape().embedding(), classes());
            case NATIVE ->
                run.method().fit() == MethodSpec.Fit.NOTHING
                        ? Classifier.ofBackbone(manager, backbone, classNames())
                        : Classifier.ofBackbone(manager, backbone, classes(), spec.policy(), seed());
            case PROTOTYPES ->
                Prototypes.read(manager, Path.of(String.valueOf(spec.head())), backbone, classes(), seed());
            case TEXT -> Classifier.text(manager, textFeatures(), backbone, classes());
            case TEXT_INIT -> Classifier.textInit(manager, textFeatures(), backbone, classes());
        };
    }

    /** By output. */
    List<String> classNames() {
        return parts.stream().flatMap(part -> part.classNames().stream()).toList();
    }

    /**
     * The run's classes as the backbone's text tower reads them behind learned words.
     *
     * @param words how many
     * @throws WeightsException when the backbone has no text tower, or one of another embedding
     */
    PromptedTexts texts(int words) throws IOException {
        PromptedTexts texts = PromptedTexts.of(run.backbone().weights(), parts, words);
        int d = backbone.shape().embedding();
        if (texts.embedding() != d) {
            texts.close();
            throw new WeightsException("backbone.weights: its texts have embeddings of " + texts.embedding()
                    + " numbers and its images of " + d + "; use a CLIP model");
        }
        return texts;
    }

    private TextFeatures textFeatures() throws IOException {
        ClassifierSpec spec = run.classifier();
        if (spec.features() != null) {
            return TextFeatures.read(Path.of(spec.features()));
        }
        Path names = spec.names() == null ? null : Path.of(spec.names());
        Path templates = spec.templates() == null ? null : Path.of(spec.templates());
        List<List<String>> byClass = new ArrayList<>();
        for (Dataset.Part part : parts) {
            byClass.addAll(Sentences.of(
                            Objects.requireNonNull(spec.template()), templates, names, part.id(), part.classNames())
                    .byClass());
        }
        return TextFeatures.of(run.backbone().weights(), new Sentences(byClass));
    }
}
