package dev.runyard.vision.method;

import ai.djl.ndarray.NDManager;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.data.Dataset;
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
     * @param parts of the spec's data set; a text classifier names the classes of each by its own rules
     * @throws IOException when weights that the spec names cannot be read or do not fit
     */
    public static Model ofParts(RunSpec spec, FrozenBackbone backbone, List<Dataset.Part> parts) throws IOException {
        NDManager manager = Torch.manager();
        boolean built = false;
        try {
            Model model = Methods.of(spec.method()).make(new Making(spec, backbone, parts, manager));
            built = true;
            return model;
        } finally {
            if (!built) {
                manager.close();
            }
        }
    }
}
