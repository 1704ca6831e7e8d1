package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.util.List;

/** The model of a spec, newly initialised from its seed. */
public final class Models {
    private Models() {}

    /** As {@link #ofParts} for a data set that is no union. */
    public static Model of(RunSpec spec, FrozenBackbone backbone, List<String> classNames) throws IOException {
        String id = spec.dataset().id();
        return ofParts(spec, backbone, List.of(new Dataset.Part(id, id, 0, classNames)));
    }

    /**
     * A trained model for other classes than it was trained on. Only where what was trained is the same whatever the classes are, because
     * the classifier reads their names.
     *
     * @param parts of the other data set
     * @throws InvalidSpec NOT_APPLICABLE where a trained array belongs to the training's own classes or images
     */
    public static Model renamed(RunSpec spec, FrozenBackbone backbone, Model trained, List<Dataset.Part> parts)
            throws IOException {
        if (trained instanceof FromFeatures) {
            throw bound("method "
                    + Json.mapper().valueToTree(spec.method()).path("kind").asText());
        }
        if (spec.classifier().kind() != ClassifierSpec.Kind.TEXT
                || spec.classifier().features() != null) {
            throw bound("classifier "
                    + Json.mapper().valueToTree(spec.classifier().kind()).asText()
                    + (spec.classifier().features() == null ? "" : " with features"));
        }
        Model made = ofParts(spec, backbone, parts);
        boolean good = false;
        try {
            copy(trained.parameters(), made.parameters());
            copy(trained.buffers(), made.buffers());
            good = true;
            return made;
        } finally {
            if (!good) {
                made.close();
            }
        }
    }

    private static void copy(Tensors from, Tensors to) {
        to.byName().forEach((name, target) -> {
            NDArray trained = from.find(name);
            if (trained == null || !trained.getShape().equals(target.getShape())) {
                throw bound(name);
            }
            Torch.assign(target, trained);
        });
    }

    private static InvalidSpec bound(String what) {
        return new InvalidSpec(
                "NOT_APPLICABLE",
                "evaluations",
                "classes",
                "needs a model that knows classes by their names alone, and " + what + " belongs to those trained on",
                "use classifier: {kind: text} with pgn, iip, vp, coop, cocoop or another method that leaves it fixed");
    }

    /**
     * @param parts of the spec's data set; a text classifier names the classes of each by its own rules
     * @throws IOException when weights that the spec names cannot be read or do not fit
     */
    public static Model ofParts(RunSpec spec, FrozenBackbone backbone, List<Dataset.Part> parts) throws IOException {
        NDManager manager = Torch.manager();
        boolean built = false;
        try {
            Model model = Methods.of(spec.method()).make(new Making(spec, backbone, parts, manager));
            Torch.outlive(manager);
            built = true;
            return model;
        } finally {
            if (!built) {
                manager.close();
            }
        }
    }
}
