package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.method.net.ResNet10;
import dev.runyard.vision.method.net.ResNet18;
import dev.runyard.vision.method.net.SmallNet;
import dev.runyard.vision.method.net.StoredTensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.train.input.OpenDatasets;
import dev.runyard.vision.train.state.Identity;
import dev.runyard.vision.train.state.Inputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A released network as a finished run: judged, analysed and inverted like one that was trained here. Its spec is that of the released
 * code (science reference §2), as far as the file tells; the classifier follows from the backbone, because the released files hold none.
 *
 * @param spec of the run that was written
 * @param step optimiser steps that its batch norm counted; 0 where the file does not say
 * @param notes what a reader of its results must know, one sentence each
 */
public record ImportedRun(SpecDocument spec, long step, List<String> notes) {
    private static final String COUNTER = ResNet10.STEM + "1.num_batches_tracked";

    public ImportedRun {
        notes = List.copyOf(notes);
    }

    /**
     * Writes {@code weights.safetensors}, {@code spec.json} and {@code report.json}.
     *
     * @param file safetensors with a network under the authors' names
     * @param dataset whose classes it answers
     * @param backbone that it was trained on
     * @param out folder of the run, made when needed
     * @throws InvalidSpec when the network is not one for this backbone, or nothing gives it a classifier for these classes
     * @throws WeightsException when the file is no such network
     */
    public static ImportedRun write(Path file, DatasetPart dataset, String backbone, Path out, Path cache)
            throws IOException {
        Torch.enter();
        FrozenBackbone frozen = FrozenBackbone.shared(backbone);
        try (NDManager manager = Torch.manager()) {
            PromptNetwork.Trained network = PromptNetwork.read(file, manager);
            if (network.width() != frozen.shape().width()) {
                throw new InvalidSpec(
                        "DOES_NOT_FIT",
                        "backbone",
                        backbone,
                        "has tokens of width " + frozen.shape().width() + ", and " + file.getFileName()
                                + " makes prompts of width " + network.width(),
                        "use the backbone it was trained with (768: CLIP or ViT-B; 384: DINO ViT-S)");
            }
            ObjectNode document = document(network, dataset, backbone, frozen);
            Dataset data =
                    OpenDatasets.open(SpecDocument.written(document).spec().dataset(), cache, false);
            List<String> notes = new ArrayList<>();
            document.set("classifier", classifier(backbone, frozen, data, notes));
            SpecDocument spec = SpecDocument.submitted(document);
            Files.createDirectories(out);
            long step;
            try (Model model = Models.ofParts(spec.spec(), frozen, data.parts())) {
                step = fill(file, model);
                Identity identity = new Identity(spec, data.hash(), frozen.sha256(), Inputs.classifier(spec.spec()));
                TrainedRun.write(out.resolve(TrainedRun.FILE), spec.spec(), identity, data, model);
            }
            notes.add("The authors chose it on the test images: a result of it "
                    + spec.spec().mark().orElse("") + ".");
            Files.writeString(out.resolve("spec.json"), spec.text() + "\n");
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("outcome", new Outcome.Finished(step));
            report.put("imported", String.valueOf(file.getFileName()));
            report.put("notes", notes);
            Files.writeString(
                    out.resolve("report.json"),
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
            return new ImportedRun(spec, step, notes);
        }
    }

    private static ObjectNode document(
            PromptNetwork.Trained network, DatasetPart dataset, String backbone, FrozenBackbone frozen)
            throws WeightsException {
        SmallNet net = network.net();
        boolean ten = net instanceof ResNet10;
        if (!ten && !(net instanceof ResNet18) || network.librarySize() == 0) {
            throw new WeightsException(
                    "the network is none of the released kinds, a ResNet10 or ResNet18 with a library of"
                            + " tokens; a network that Runyard trained has a run already");
        }
        ObjectNode document = Json.mapper().createObjectNode();
        document.put("preset", "as-released");
        document.set("dataset", Json.mapper().valueToTree(dataset));
        document.putObject("backbone").put("weights", backbone).put("normalisation", "clip");
        document.putObject("method")
                .put("kind", "pgn")
                .put("net", ten ? "resnet10" : "resnet18")
                .put("resolution", frozen.shape().imageSize())
                .put("prompts", network.prompts())
                .put("librarySize", network.librarySize());
        return document;
    }

    private static ObjectNode classifier(String weights, FrozenBackbone backbone, Dataset data, List<String> notes) {
        Naming naming = backbone.shape().naming();
        ObjectNode out = Json.mapper().createObjectNode();
        if (naming == Naming.OPENAI_CLIP || naming == Naming.HF_CLIP) {
            return out.put("kind", "text").put("template", "pgn");
        }
        if (backbone.shape().classes() >= data.classes()) {
            notes.add(
                    "The released file lacks the head that was trained with it, so the backbone's own answers, class i by"
                            + " output i: accuracies mean little, prompts and coefficients are the authors'.");
            return out.put("kind", "native").put("policy", "frozen");
        }
        throw new InvalidSpec(
                "NOT_APPLICABLE",
                "backbone",
                weights,
                "has neither a text tower nor a head of " + data.classes()
                        + " outputs, and the released file holds no classifier (DINO's prototypes were drawn at random)",
                "look at its prompts and coefficients with runyard embed --pgn");
    }

    private static long fill(Path file, Model model) throws IOException {
        List<String> differences = new ArrayList<>();
        Map<String, NDArray> all = new LinkedHashMap<>(model.parameters().byName());
        all.putAll(model.buffers().byName());
        all.remove("one");
        try (Safetensors in = Safetensors.open(file)) {
            for (Map.Entry<String, NDArray> e : all.entrySet()) {
                if (in.has(e.getKey()) || !e.getKey().endsWith(".num_batches_tracked")) {
                    StoredTensors.fill(in, e.getKey(), e.getKey(), e.getValue(), differences);
                }
            }
            if (!differences.isEmpty()) {
                throw WeightsException.of(
                        String.valueOf(file.getFileName()), "a released prompt generation network", differences);
            }
            NDArray counter = all.get(COUNTER);
            return in.has(COUNTER) ? Torch.readLongs(Objects.requireNonNull(counter))[0] : 0;
        }
    }
}
