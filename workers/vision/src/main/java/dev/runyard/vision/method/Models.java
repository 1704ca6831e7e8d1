package dev.runyard.vision.method;

import ai.djl.ndarray.NDManager;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.head.Prototypes;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.text.Sentences;
import dev.runyard.vision.text.TextFeatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The model of a spec, newly initialised from its seed. */
public final class Models {
    private Models() {}

    /** As {@link #ofParts} for a data set that is no union. */
    public static Model of(RunSpec spec, FrozenBackbone backbone, List<String> classNames) throws IOException {
        String id = spec.dataset().id();
        return ofParts(spec, backbone, List.of(new Dataset.Part(id, id, 0, classNames)));
    }

    /**
     * @param parts of the spec's data set; a text classifier names the classes of each by its own rules
     * @throws IOException when weights that the spec names cannot be read or do not fit
     */
    public static Model ofParts(RunSpec spec, FrozenBackbone backbone, List<Dataset.Part> parts) throws IOException {
        NDManager manager = Torch.manager();
        boolean built = false;
        try {
            Model model = build(spec, backbone, parts, manager);
            built = true;
            return model;
        } finally {
            if (!built) {
                manager.close();
            }
        }
    }

    private static Model build(RunSpec spec, FrozenBackbone backbone, List<Dataset.Part> parts, NDManager manager)
            throws IOException {
        int classes = classes(parts);
        long seed = spec.seed();
        MethodSpec method = spec.method();
        if (method instanceof MethodSpec.BackboneAlone alone) {
            return NetAlone.of(alone, manager, seed, classes);
        }
        Classifier classifier = classifier(spec, backbone, parts, manager);
        if (method instanceof MethodSpec.Pgn pgn) {
            return Pgn.of(pgn, manager, seed, backbone, classifier);
        }
        if (method instanceof MethodSpec.Iip iip) {
            return InputIndependentPrompts.of(iip, manager, seed, backbone, classifier);
        }
        if (method instanceof MethodSpec.VisualPrompt vp) {
            return VisualPrompts.of(vp, manager, seed, backbone, classifier);
        }
        if (method instanceof MethodSpec.ZeroShot) {
            return new ZeroShot(manager, backbone, classifier);
        }
        if (method instanceof MethodSpec.Linear) {
            return new LinearProbe(manager, backbone, classifier);
        }
        if (method instanceof MethodSpec.Full) {
            return new FullFineTuning(manager, backbone, classifier);
        }
        if (method instanceof MethodSpec.Vpt vpt) {
            return VisualPromptTuning.of(vpt, manager, seed, backbone, classifier);
        }
        if (method instanceof MethodSpec.BitFit) {
            return new BiasTuning(manager, backbone, classifier);
        }
        throw new IllegalStateException("no model for " + method);
    }

    private static Classifier classifier(
            RunSpec spec, FrozenBackbone backbone, List<Dataset.Part> parts, NDManager manager) throws IOException {
        int classes = classes(parts);
        ClassifierSpec classifier = spec.classifier();
        return switch (classifier.kind()) {
            case LINEAR ->
                Classifier.linear(manager, spec.seed(), backbone.shape().embedding(), classes);
            case NATIVE ->
                spec.method() instanceof MethodSpec.ZeroShot
                        ? Classifier.ofBackbone(
                                manager,
                                backbone,
                                parts.stream()
                                        .flatMap(part -> part.classNames().stream())
                                        .toList())
                        : Classifier.ofBackbone(manager, backbone, classes, classifier.policy(), spec.seed());
            case PROTOTYPES ->
                Prototypes.read(manager, Path.of(String.valueOf(classifier.head())), backbone, classes, spec.seed());
            case TEXT -> Classifier.text(manager, textFeatures(spec, parts), backbone, classes);
            case TEXT_INIT -> Classifier.textInit(manager, textFeatures(spec, parts), backbone, classes);
        };
    }

    private static int classes(List<Dataset.Part> parts) {
        return parts.stream().mapToInt(Dataset.Part::classes).sum();
    }

    private static TextFeatures textFeatures(RunSpec spec, List<Dataset.Part> parts) throws IOException {
        ClassifierSpec classifier = spec.classifier();
        if (classifier.features() != null) {
            return TextFeatures.read(Path.of(classifier.features()));
        }
        Path names = classifier.names() == null ? null : Path.of(classifier.names());
        Path templates = classifier.templates() == null ? null : Path.of(classifier.templates());
        List<List<String>> byClass = new ArrayList<>();
        for (Dataset.Part part : parts) {
            byClass.addAll(Sentences.of(
                            Objects.requireNonNull(classifier.template()),
                            templates,
                            names,
                            part.id(),
                            part.classNames())
                    .byClass());
        }
        return TextFeatures.of(spec.backbone().weights(), new Sentences(byClass));
    }
}
