package dev.runyard.vision.client;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.encoder.FrozenEncoder;
import dev.runyard.vision.encoder.ModelCard;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;

/** A bundle and the model that it was made for: images in, embeddings out. The model sees taller images and nothing else. */
public final class PromptClient {
    private final ClientBundle bundle;
    private final FrozenEncoder model;

    /** @throws InvalidSpec when the model is another one, or served by another rule of positions, than the bundle was made for */
    public PromptClient(ClientBundle bundle, FrozenEncoder model) {
        this.bundle = bundle;
        this.model = model;
        ModelCard card = model.card();
        BundleManifest made = bundle.manifest();
        refuse("backbone", made.backbone(), card.backbone(), "serve the model that the bundle was made for");
        refuse("positions", made.positions(), card.positions(), "serve it with the bundle's policy");
    }

    private static void refuse(String field, Object wanted, Object served, String remedy) {
        if (!wanted.equals(served)) {
            throw new InvalidSpec(
                    "OTHER_MODEL", field, served, "is served, but the bundle was made for " + wanted, remedy);
        }
    }

    /**
     * @param images [n, 3, H, W], row-major, normalised
     * @return [n, d], row-major
     * @throws IOException when the model does not answer
     */
    public float[] embed(float[] images, int n) throws IOException {
        PatchLayout layout = bundle.layout();
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return Torch.read(model.encode(
                    Torch.floats(manager, bundle.taller(images, n), n, 3, layout.height(), layout.imageSize()), null));
        }
    }
}
