package dev.runyard.vision.invert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.client.BundleManifest;
import dev.runyard.vision.client.ClientBundle;
import dev.runyard.vision.client.EmbeddingClassifier;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.method.net.SmallNet;
import dev.runyard.vision.method.net.StoredTensors;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.train.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes what a client needs of a trained run, and no tensor of the backbone. */
final class BundleWriter {
    private final TrainedRun run;
    private final Inversion inversion;
    private final PositionPolicy policy;
    private final Path folder;

    BundleWriter(TrainedRun run, Inversion inversion, PositionPolicy policy, Path folder) {
        this.run = run;
        this.inversion = inversion;
        this.policy = policy;
        this.folder = folder;
    }

    /** The manifest comes last: a folder without one is no bundle. */
    void write() throws IOException {
        Files.createDirectories(folder);
        Files.deleteIfExists(folder.resolve(BundleManifest.FILE));
        List<String> names = new ArrayList<>(List.of(ClientBundle.PATCHES));
        Tensors parameters = run.model().parameters();
        NDArray fixed = parameters.find("prompts");
        patches(fixed == null ? null : Torch.read(fixed));
        if (fixed == null) {
            network(parameters);
            names.add(ClientBundle.NETWORK);
        }
        Optional<EmbeddingClassifier> classifier = classifier();
        if (classifier.isPresent()) {
            classifier.get().write(folder.resolve(ClientBundle.CLASSIFIER));
            names.add(ClientBundle.CLASSIFIER);
        }
        Map<String, BundleManifest.Content> files = new TreeMap<>();
        for (String name : names) {
            files.put(name, ClientBundle.content(folder.resolve(name)));
        }
        Normalisation normalisation = run.normalisation();
        BundleManifest manifest = new BundleManifest(
                BundleManifest.VERSION,
                run.backbone().sha256(),
                policy,
                inversion.layout().imageSize(),
                inversion.layout().patch(),
                inversion.layout().prompts(),
                doubles(normalisation.mean()),
                doubles(normalisation.std()),
                run.backbone().shape().embedding(),
                run.spec().method(),
                classifier.isPresent() ? run.classNames() : List.of(),
                files);
        ObjectWriter json = Json.mapper().writerWithDefaultPrettyPrinter();
        Files.writeString(folder.resolve(BundleManifest.FILE), json.writeValueAsString(manifest) + "\n");
    }

    /** The shortest decimals that read back as the same floats. */
    private static List<Double> doubles(float[] values) {
        List<Double> out = new ArrayList<>();
        for (float value : values) {
            out.add(Double.valueOf(Float.toString(value)));
        }
        return out;
    }

    private void patches(float @Nullable [] fixed) throws IOException {
        double[][] rows = fixed == null ? inversion.offsets() : inversion.patches(fixed);
        int length = inversion.layout().length();
        float[] flat = new float[rows.length * length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) rows[i / length][i % length];
        }
        SafetensorsWriter out = new SafetensorsWriter()
                .floats(fixed == null ? "offsets" : "patches", new long[] {rows.length, length}, flat);
        float[] compensation = inversion.compensation();
        if (compensation != null) {
            long side = inversion.layout().imageSize();
            out.floats("compensation", new long[] {3, side, side}, compensation);
        }
        out.write(folder.resolve(ClientBundle.PATCHES));
    }

    private void network(Tensors parameters) throws IOException {
        SafetensorsWriter out = new SafetensorsWriter()
                .metadata("runyard.method", Json.canonical(run.spec().method()));
        int length = inversion.layout().length();
        // Without a library the last layer makes the prompts, so it is the last layer that is inverted.
        String last = parameters.has(PromptNetwork.LIBRARY)
                ? PromptNetwork.LIBRARY
                : SmallNet.in(parameters).output();
        for (Map.Entry<String, NDArray> e : parameters.byName().entrySet()) {
            String name = e.getKey();
            NDArray array = e.getValue();
            if (name.equals(PromptNetwork.LIBRARY)) {
                out.floats(name, new long[] {array.getShape().get(0), length}, inversion.inverted(Torch.read(array)));
            } else if (name.startsWith(last)) {
                long[] shape = array.getShape().getShape();
                shape[0] = (long) inversion.layout().prompts() * length;
                out.floats(name, shape, inversion.folded(Torch.read(array)));
            } else if (name.startsWith("model.")) {
                StoredTensors.put(out, name, array);
            }
        }
        run.model().buffers().byName().forEach((name, array) -> {
            if (name.startsWith("model.")) {
                StoredTensors.put(out, name, array);
            }
        });
        out.write(folder.resolve(ClientBundle.NETWORK));
    }

    private Optional<EmbeddingClassifier> classifier() {
        int d = run.backbone().shape().embedding();
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray any = manager.zeros(new Shape(1, d), DataType.FLOAT32);
            if (run.model().classify(run.model().parameters(), any) == null) {
                return Optional.empty();
            }
        }
        return EmbeddingClassifier.of(this::scores, d);
    }

    private float[] scores(float[] embeddings) {
        int d = run.backbone().shape().embedding();
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray rows = Torch.floats(manager, embeddings, embeddings.length / d, d);
            NDArray scores = run.model().classify(run.model().parameters(), rows);
            return scores == null ? new float[0] : Torch.read(scores);
        }
    }
}
