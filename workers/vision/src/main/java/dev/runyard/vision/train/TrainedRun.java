package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.Batch;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.encoder.Backbones;
import dev.runyard.vision.evaluate.Answers;
import dev.runyard.vision.evaluate.Evaluation;
import dev.runyard.vision.evaluate.Evaluator;
import dev.runyard.vision.evaluate.Further;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.image.TestTransform;
import dev.runyard.vision.method.FromFeatures;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.method.net.StoredTensors;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.train.input.OpenDatasets;
import dev.runyard.vision.train.score.Robustness;
import dev.runyard.vision.train.state.Identity;
import dev.runyard.vision.train.state.Inputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a finished training left: its model with the weights at the end, ready to be asked. The file says with which spec it was made,
 * for which classes and on which frozen backbone, so that it needs no other file of the run beside it.
 */
public final class TrainedRun implements AutoCloseable {
    /** The file that a finished run leaves in its folder and as an artifact. */
    public static final String FILE = "weights.safetensors";

    static final String METHOD = "runyard.method";
    static final String SPEC = "runyard.spec";
    static final String SPEC_HASH = "runyard.spec-hash";
    static final String CLASSES = "runyard.classes";
    static final String PARTS = "runyard.parts";
    static final String BACKBONE = "runyard.backbone";
    static final String INPUTS = "runyard.inputs";

    private static final int EVALUATION_BATCH = 64;

    private final RunSpec spec;
    private final String specHash;
    private final Supplier<DatasetSpec> data;
    private final List<String> classNames;
    private final FrozenBackbone backbone;
    private final Model model;

    private TrainedRun(
            RunSpec spec,
            String specHash,
            Supplier<DatasetSpec> data,
            List<String> classNames,
            FrozenBackbone backbone,
            Model model) {
        this.spec = spec;
        this.specHash = specHash;
        this.data = data;
        this.classNames = classNames;
        this.backbone = backbone;
        this.model = model;
    }

    /** {@link #open(Path, Places)} by the names of this process's {@value Places#VARIABLE}. */
    public static TrainedRun open(Path path) throws IOException {
        return open(path, Places.of(System.getenv()));
    }

    /**
     * Opens what {@code runyard train --out} or a run's artifacts hold, also where it was trained elsewhere: the names in its spec are
     * looked up here. The data set that it was trained on need not be here until {@link #ownData} asks for it.
     *
     * @param path the run's folder, or its {@value #FILE}
     * @throws WeightsException when it is no finished run, or when the backbone is another than it was trained on
     * @throws Places.Absent when its backbone or another file of the model has a path that this machine does not allow
     * @throws IOException when a file cannot be read
     */
    public static TrainedRun open(Path path, Places places) throws IOException {
        Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
        if (!Files.exists(file)) {
            throw new WeightsException(path + ": holds no " + FILE
                    + (Files.isDirectory(path) ? "; the training is not finished, run it to its end first" : ""));
        }
        Torch.enter();
        try (Safetensors in = Safetensors.open(file)) {
            Map<String, String> said = in.metadata();
            if (!said.containsKey(SPEC) || !said.containsKey(CLASSES)) {
                throw new WeightsException(
                        file + ": does not say how it was trained; name the " + FILE + " of a finished run");
            }
            SpecDocument document = SpecDocument.stored(said.get(SPEC));
            RunSpec spec = places.model(document).spec();
            List<String> classNames = List.of(Json.read(Json.tree(said.get(CLASSES)), String[].class));
            FrozenBackbone backbone = spec.backbone().encoder() == null
                    ? FrozenBackbone.shared(
                            spec.backbone().weights(), spec.backbone().imageSize())
                    : Backbones.of(spec.backbone());
            if (!backbone.sha256().equals(said.get(BACKBONE))) {
                throw new WeightsException(file + ": was trained on another backbone than "
                        + spec.backbone().weights() + " holds now (" + backbone.sha256() + ")");
            }
            Model model = Models.ofParts(spec, backbone.in(spec.backbone().precision()), parts(said, spec, classNames));
            try {
                refuseOther(said, spec, file);
                if (model instanceof FromFeatures begins) {
                    begins.room(in);
                }
                fill(in, file, model);
            } catch (IOException | RuntimeException e) {
                model.close();
                throw e;
            }
            return new TrainedRun(
                    spec,
                    said.getOrDefault(SPEC_HASH, document.hash()),
                    () -> places.data(document),
                    classNames,
                    backbone,
                    model);
        }
    }

    /** Writes the parameters and statistics of a finished training under the authors' names, with what {@link #open} needs. */
    static void write(Path file, RunSpec spec, Identity identity, Dataset data, Objective objective)
            throws IOException {
        SafetensorsWriter out = new SafetensorsWriter()
                .metadata(METHOD, Json.canonical(spec.method()))
                .metadata(SPEC, identity.spec().text())
                .metadata(SPEC_HASH, identity.spec().hash())
                .metadata(CLASSES, Json.canonical(data.classNames()))
                .metadata(PARTS, Json.canonical(data.parts()))
                .metadata(BACKBONE, identity.backbone())
                .metadata(INPUTS, Json.canonical(identity.inputs()));
        objective.parameters().byName().forEach((name, array) -> StoredTensors.put(out, name, array));
        objective.buffers().byName().forEach((name, array) -> {
            if (!name.equals("one")) {
                StoredTensors.put(out, name, array);
            }
        });
        out.write(file);
    }

    /** Files of the classifier are read again, and must be what they were. Runs older than this rule say nothing of them. */
    private static void refuseOther(Map<String, String> said, RunSpec spec, Path file) throws IOException {
        JsonNode then = Json.tree(said.getOrDefault(INPUTS, "{}"));
        for (Map.Entry<String, String> now : Inputs.classifier(spec).entrySet()) {
            String before = then.path(now.getKey()).asText(now.getValue());
            if (!before.equals(now.getValue())) {
                throw new WeightsException(file + ": was trained with another file of " + now.getKey()
                        + " than the one of " + now.getValue() + " that is there now");
            }
        }
    }

    private static List<Dataset.Part> parts(Map<String, String> said, RunSpec spec, List<String> classNames) {
        String id = spec.dataset().id();
        return said.containsKey(PARTS)
                ? List.of(Json.read(Json.tree(said.get(PARTS)), Dataset.Part[].class))
                : List.of(new Dataset.Part(id, id, 0, classNames));
    }

    /**
     * Where the data set that it was trained on is here.
     *
     * @throws Places.Absent when this machine has not what it names, or does not allow its path
     */
    public DatasetSpec data() {
        return data.get();
    }

    /**
     * The data set that it was trained on, opened again; other runs of this process may share it, so nobody closes it.
     *
     * @throws WeightsException when its classes are no longer those of the outputs
     * @throws Places.Absent as {@link #data}
     */
    public Dataset ownData(Path cache) throws IOException {
        Dataset own = OpenDatasets.open(data(), cache, false);
        if (!Answers.same(own.id(), own.classNames(), classNames)) {
            throw new WeightsException(own.id() + ": has other classes now than the run was trained on ("
                    + own.classes() + ", then " + classNames.size() + "); give the run the data it was trained on");
        }
        return seen(own);
    }

    /** The images of a data set as the model was trained to see them; closed with it. */
    public Dataset seen(Dataset any) {
        return any.seenBy(transform());
    }

    /** What is done to images in front of it. */
    public TestTransform transform() {
        return Training.transform(spec, backbone.shape());
    }

    private static void fill(Safetensors in, Path file, Model model) throws IOException {
        List<String> differences = new ArrayList<>();
        Map<String, NDArray> all = new LinkedHashMap<>(model.parameters().byName());
        all.putAll(model.buffers().byName());
        all.remove("one"); // a constant, not kept
        for (Map.Entry<String, NDArray> e : all.entrySet()) {
            StoredTensors.fill(in, e.getKey(), e.getKey(), e.getValue(), differences);
        }
        for (String name : in.tensors().keySet()) {
            if (!all.containsKey(name)) {
                differences.add(name + " is not part of it");
            }
        }
        if (!differences.isEmpty()) {
            throw WeightsException.of(String.valueOf(file.getFileName()), "what its own spec makes", differences);
        }
    }

    public RunSpec spec() {
        return spec;
    }

    /** Of the document that the run was submitted with. */
    public String specHash() {
        return specHash;
    }

    /** By output. */
    public List<String> classNames() {
        return classNames;
    }

    /** In fp32, whatever precision the run has; {@link #model} computes in the run's own. */
    public FrozenBackbone backbone() {
        return backbone;
    }

    public Model model() {
        return model;
    }

    /** Side of the images in px. */
    public int imageSize() {
        return backbone.shape().imageSize();
    }

    /** Of the images, in training and ever after. */
    public Normalisation normalisation() {
        return Training.normalisation(spec, backbone.shape());
    }

    /** Images {@code from} to {@code from + n - 1} of a split, as the model was trained to see them. */
    public Batch batch(Split split, int from, int n) throws IOException {
        return Batch.of(split, from, n, imageSize(), normalisation());
    }

    /**
     * @param pixels [n, 3, H, W], normalised
     * @return [n, C]
     */
    public NDArray scores(NDArray pixels) {
        return model.scores(model.parameters(), pixels, false);
    }

    /** @return [n, C] row-major */
    public float[] scores(Batch batch) {
        return Robustness.scores(model, batch);
    }

    /**
     * How it does on further data sets.
     *
     * @param own the data set it was trained on, for its test images
     * @param witness told of each answer
     * @return its own first; empty when the pace said to stop
     */
    public Optional<List<Evaluation>> evaluate(
            Dataset own, List<Further> others, Evaluator.Pace pace, Evaluator.Witness witness) throws IOException {
        return new Evaluator(
                        classNames,
                        imageSize(),
                        normalisation(),
                        EVALUATION_BATCH,
                        images -> Torch.read(scores(images)),
                        Robustness.renaming(spec, backbone.in(spec.backbone().precision()), model))
                .run(own, others, pace, witness);
    }

    @Override
    public void close() {
        model.close();
    }
}
