package dev.runyard.vision.client;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.json.MalformedJson;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.image.Raster;
import dev.runyard.vision.image.Transforms;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An opened bundle: from images to the taller images that a frozen model takes. Uses nothing but the bundle. For a PGN the network is
 * the trained one with the inverted library L·W⁺ᵀ in the library's place, so that its prompts come out as patches.
 */
public final class ClientBundle implements AutoCloseable {
    /** The PGN with its library inverted; absent when the patches are the same for every image. */
    public static final String NETWORK = "network.safetensors";

    /** {@code offsets [K, 3P²]} to take off, or {@code patches [K, 3P²]} for every image; {@code compensation [3, H, W]}. */
    public static final String PATCHES = "patches.safetensors";

    /** {@code weight [C, d]} and more; see {@link EmbeddingClassifier}. */
    public static final String CLASSIFIER = "classifier.safetensors";

    private final Path folder;
    private final BundleManifest manifest;
    private final PatchLayout layout;
    private final NDManager manager;
    private final @Nullable PromptNetwork network;
    private final Tensors weights;
    private final float[] constant;
    private final float @Nullable [] compensation;

    private ClientBundle(Path folder, BundleManifest manifest, NDManager manager) throws IOException {
        this.folder = folder;
        this.manifest = manifest;
        this.manager = manager;
        layout = manifest.layout();
        try (Safetensors in = Safetensors.open(folder.resolve(PATCHES))) {
            boolean made = manifest.files().containsKey(NETWORK);
            constant = read(in, made ? "offsets" : "patches", List.of((long) layout.prompts(), (long) layout.length()));
            long side = layout.imageSize();
            compensation = in.has("compensation") ? read(in, "compensation", List.of(3L, side, side)) : null;
            network = made ? network(manifest) : null;
        }
        weights = network == null ? new Tensors(Map.of()) : weights(folder.resolve(NETWORK));
    }

    /**
     * Opens a folder and checks sizes, hashes and shapes.
     *
     * @throws WeightsException when a file is missing or not the one that the manifest names
     * @throws InvalidSpec when the manifest is of another version or breaks a rule
     */
    public static ClientBundle open(Path folder) throws IOException {
        Path file = folder.resolve(BundleManifest.FILE);
        if (!Files.isRegularFile(file)) {
            throw new WeightsException(
                    folder + ": holds no " + BundleManifest.FILE + "; make one with \"runyard invert\"");
        }
        BundleManifest manifest;
        try {
            manifest = Json.read(Files.readString(file), BundleManifest.class);
        } catch (MalformedJson e) {
            throw new WeightsException(file + ": " + e.getMessage());
        }
        for (Map.Entry<String, BundleManifest.Content> e : manifest.files().entrySet()) {
            Path part = folder.resolve(e.getKey()).normalize();
            if (!folder.normalize().equals(part.getParent()) || !Files.isRegularFile(part)) {
                throw new WeightsException(folder + ": " + e.getKey() + " is missing");
            }
            if (!content(part).equals(e.getValue())) {
                throw new WeightsException(part + ": is not the file that " + BundleManifest.FILE + " names");
            }
        }
        Torch.enter();
        NDManager manager = Torch.manager();
        try {
            ClientBundle bundle = new ClientBundle(folder, manifest, manager);
            Torch.outlive(manager);
            return bundle;
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Size and SHA-256 of a file. */
    public static BundleManifest.Content content(Path file) throws IOException {
        return new BundleManifest.Content(Files.size(file), Sha256.of(file));
    }

    private static float[] read(Safetensors in, String name, List<Long> shape) throws IOException {
        if (!in.info(name).shape().equals(shape)) {
            throw new WeightsException(
                    PATCHES + ": " + name + " has shape " + in.info(name).shape() + ", wanted " + shape);
        }
        return in.finiteFloats(name);
    }

    private static PromptNetwork network(BundleManifest manifest) throws WeightsException {
        if (manifest.method() instanceof MethodSpec.Pgn pgn) {
            return new PromptNetwork(manifest.prompts(), pgn.resolution(), pgn.mixing(), pgn.antialias());
        }
        throw new WeightsException(BundleManifest.FILE + ": names a network, but its method is no pgn");
    }

    private Tensors weights(Path file) throws IOException {
        PromptNetwork.Trained trained = PromptNetwork.read(file, manager);
        if (trained.prompts() != layout.prompts() || trained.width() != layout.length()) {
            throw new WeightsException(NETWORK + ": makes " + trained.prompts() + " patches of " + trained.width()
                    + " numbers, wanted " + layout.prompts() + " of " + layout.length());
        }
        return trained.weights();
    }

    public BundleManifest manifest() {
        return manifest;
    }

    public PatchLayout layout() {
        return layout;
    }

    /** What scores embeddings, when the bundle holds it. */
    public Optional<EmbeddingClassifier> classifier() throws IOException {
        return manifest.files().containsKey(CLASSIFIER)
                ? Optional.of(EmbeddingClassifier.read(folder.resolve(CLASSIFIER)))
                : Optional.empty();
    }

    /** An image by the test transform, [3, H, W], normalised. */
    public float[] pixels(Raster image) {
        int side = layout.imageSize();
        float[] out = new float[3 * side * side];
        manifest.normalisation().apply(Transforms.tv(image, side), FloatBuffer.wrap(out), 0);
        return out;
    }

    /**
     * @param images [n, 3, H, W], row-major, normalised
     * @return [n, 3, H + P·K/G, W], row-major: the images, compensated where the policy asks for it, with their patches below
     */
    public float[] taller(float[] images, int n) {
        return layout.below(images, patches(images, n), n, compensation);
    }

    /** [n, K, 3P²], row-major, in normalised pixel units. */
    private float[] patches(float[] images, int n) {
        float[] out = new float[n * constant.length];
        if (network == null) {
            for (int i = 0; i < n; i++) {
                System.arraycopy(constant, 0, out, i * constant.length, constant.length);
            }
            return out;
        }
        try (NDManager step = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray pixels = Torch.floats(step, images, n, 3, layout.imageSize(), layout.imageSize());
            float[] made = Torch.read(network.forward(weights, pixels, false).prompts());
            for (int i = 0; i < out.length; i++) {
                out[i] = made[i] - constant[i % constant.length];
            }
        }
        return out;
    }

    @Override
    public void close() {
        if (network != null) {
            network.close();
        }
        manager.close();
    }
}
