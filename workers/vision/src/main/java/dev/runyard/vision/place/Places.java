package dev.runyard.vision.place;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.HostPaths;
import dev.runyard.spec.run.Needs;
import dev.runyard.spec.run.SpecDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A machine's {@code data.yaml}: its data sets and weights by name, so that a spec means the same on every machine, and the folders below
 * which a spec may name paths. A machine without one has no names and lets every path be.
 */
public final class Places {
    /** Names the file. */
    public static final String VARIABLE = "RUNYARD_DATA";

    private static final List<String> KNOWN = List.of("datasets", "weights", "roots");

    private final @Nullable Path file;
    private final Map<String, Dataset> datasets;
    private final Map<String, Path> weights;
    private final List<Path> roots;
    private final List<String> missing;

    /**
     * A data set that is here.
     *
     * @param id how it is read, where a spec does not say: as a spec's {@code dataset.id}
     */
    public record Dataset(Path root, String id) {}

    /** This machine cannot carry out the spec; another may. The message is one line with the remedy. */
    public static final class Absent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final FailureReason reason;

        Absent(FailureReason reason, String message) {
            super(message);
            this.reason = reason;
        }

        /** DATA or WEIGHTS. */
        public FailureReason reason() {
            return reason;
        }
    }

    /** The file cannot be used; the message is one line with the remedy. */
    public static final class Malformed extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    private Places(
            @Nullable Path file,
            Map<String, Dataset> datasets,
            Map<String, Path> weights,
            List<Path> roots,
            List<String> missing) {
        this.file = file;
        this.datasets = datasets;
        this.weights = weights;
        this.roots = roots;
        this.missing = missing;
    }

    /** That has no names and lets every path be. */
    public static Places none() {
        return new Places(null, Map.of(), Map.of(), List.of(), List.of());
    }

    /** @throws Malformed in one line that names the file, the entry and the remedy */
    public static Places of(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "").strip();
        return named.isEmpty() ? none() : read(Path.of(named));
    }

    /**
     * What is not there is left out, and told by {@link #missing}.
     *
     * @throws Malformed in one line that names the file, the entry and the remedy
     */
    public static Places read(Path file) {
        ObjectNode document;
        try {
            document = Json.yaml(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Malformed(VARIABLE + ": " + file + " cannot be read (" + e.getMessage() + ")");
        } catch (InvalidSpec e) {
            throw new Malformed(VARIABLE + ": " + file + ": " + e.getMessage());
        }
        document.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
                throw wrong(file, name, "is not known", "known are " + String.join(", ", KNOWN));
            }
        });
        List<String> missing = new ArrayList<>();
        Map<String, Dataset> datasets = new TreeMap<>();
        document.path("datasets").properties().forEach(entry -> {
            String where = "datasets." + entry.getKey();
            JsonNode value = entry.getValue();
            Path root = path(file, where, value.isObject() ? value.path("root") : value);
            boolean said = value.isObject() && value.path("id").isTextual();
            String id = said ? value.path("id").asText() : DatasetSpec.named(entry.getKey());
            if (!DatasetSpec.hasRoot(id)) {
                throw wrong(
                        file, where + ".id", "is \"" + id + "\", no data set that has a folder", "write id: folder");
            }
            there(missing, where, root, () -> datasets.put(Names.place(where, entry.getKey()), new Dataset(root, id)));
        });
        Map<String, Path> weights = new TreeMap<>();
        document.path("weights").properties().forEach(entry -> {
            String where = "weights." + entry.getKey();
            Path path = path(file, where, entry.getValue());
            there(missing, where, path, () -> weights.put(Names.place(where, entry.getKey()), path));
        });
        List<Path> roots = new ArrayList<>();
        for (JsonNode root : document.path("roots")) {
            Path path = path(file, "roots", root);
            there(missing, "roots", path, () -> roots.add(real(path)));
        }
        return new Places(
                file,
                Collections.unmodifiableMap(datasets),
                Collections.unmodifiableMap(weights),
                List.copyOf(roots),
                List.copyOf(missing));
    }

    private static Path path(Path file, String where, JsonNode value) {
        if (!value.isTextual() || !Path.of(value.textValue()).isAbsolute()) {
            throw wrong(file, where, "is no whole path", "write it as /data/birds");
        }
        return Path.of(value.textValue()).normalize();
    }

    private static void there(List<String> missing, String where, Path path, Runnable then) {
        if (Files.exists(path)) {
            then.run();
        } else {
            missing.add(where + ": " + path + " is not there; it is not offered");
        }
    }

    private static Malformed wrong(Path file, String where, String rule, String remedy) {
        return new Malformed(VARIABLE + ": " + file + ": " + where + " " + rule + "; " + remedy);
    }

    /** These, and further ones under names that these do not have. */
    public Places with(Map<String, Dataset> furtherData, Map<String, Path> furtherWeights) {
        Map<String, Dataset> allData = new TreeMap<>(furtherData);
        allData.putAll(datasets);
        Map<String, Path> allWeights = new TreeMap<>(furtherWeights);
        allWeights.putAll(weights);
        return new Places(
                file, Collections.unmodifiableMap(allData), Collections.unmodifiableMap(allWeights), roots, missing);
    }

    /**
     * These, without the names that the machine does not offer; roots hold as before.
     *
     * @param needs that it offers, as runs need them: {@code dataset:birds}, {@code weights:clip}
     */
    public Places only(Set<String> needs) {
        Map<String, Dataset> offeredData = new TreeMap<>(datasets);
        offeredData.keySet().removeIf(name -> !needs.contains(Needs.DATASET + name));
        Map<String, Path> offeredWeights = new TreeMap<>(weights);
        offeredWeights.keySet().removeIf(name -> !needs.contains(Needs.WEIGHTS + name));
        return new Places(
                file,
                Collections.unmodifiableMap(offeredData),
                Collections.unmodifiableMap(offeredWeights),
                roots,
                missing);
    }

    /** By name. */
    public Map<String, Dataset> datasets() {
        return datasets;
    }

    /** By name. */
    public Map<String, Path> weights() {
        return weights;
    }

    /** What the file names and the machine lacks, a line each. */
    public List<String> missing() {
        return missing;
    }

    /**
     * The spec with the paths of this machine for its names. Its hash stays what it was: the same spec elsewhere is the same training.
     *
     * @throws Absent for what this machine does not have, and for a path that is not below its roots
     */
    public SpecDocument here(SpecDocument spec) {
        return placed(spec, false);
    }

    /**
     * Where the data set of a spec in a file of weights is; version 0.2.0 kept the place that its name stood for. Further sets that the run
     * was judged on need not be here.
     *
     * @throws Absent when it is not here, or has a path that is not below the machine's roots
     */
    public DatasetSpec data(SpecDocument spec) {
        ObjectNode own = spec.document().deepCopy();
        own.remove("evaluations");
        return placed(new SpecDocument(own, spec.hash()), true).spec().dataset();
    }

    /**
     * As {@link #here} of a spec in a file of weights, without a look at data sets: for whoever opens a model, and may do without them.
     *
     * @throws Absent for a path of weights or of another file of the model that is not below the machine's roots
     */
    public SpecDocument model(SpecDocument spec) {
        ObjectNode document = spec.document().deepCopy();
        if (file != null) {
            HostPaths.change(document, (field, path) -> data(field) ? path : allowed(field, path, true));
        }
        weights(document);
        return new SpecDocument(document, spec.hash());
    }

    private SpecDocument placed(SpecDocument spec, boolean kept) {
        ObjectNode document = spec.document().deepCopy();
        if (file != null) {
            HostPaths.change(document, (field, path) -> allowed(field, path, kept));
        }
        sets(document).forEach(this::dataset);
        weights(document);
        return new SpecDocument(document, spec.hash());
    }

    private static boolean data(String field) {
        return field.startsWith("dataset.") || field.startsWith("evaluations.");
    }

    private void weights(ObjectNode document) {
        JsonNode named = document.path("backbone").path("weights");
        if (document.path("backbone") instanceof ObjectNode backbone && Needs.isName(named.asText(""))) {
            Path path = weights.get(named.asText());
            if (path != null) {
                backbone.put("weights", path.toString());
            }
        }
    }

    private static List<JsonNode> sets(ObjectNode document) {
        List<JsonNode> sets = new ArrayList<>(List.of(document.path("dataset")));
        document.path("dataset").path("parts").forEach(sets::add);
        document.path("evaluations").forEach(sets::add);
        return sets;
    }

    private void dataset(JsonNode node) {
        Optional<String> name = Needs.name(node);
        if (name.isEmpty() || !(node instanceof ObjectNode dataset)) {
            return;
        }
        Dataset here = datasets.get(name.get());
        if (here == null) {
            throw new Absent(
                    FailureReason.DATA,
                    "this machine has no data set \"" + name.get() + "\"; add it to data.yaml (" + VARIABLE
                            + "), or name its folder by root");
        }
        boolean own = dataset.has("name") && !dataset.has("id");
        dataset.remove("name");
        dataset.put("root", here.root().toString());
        if (own) {
            dataset.put("id", here.id());
        }
    }

    private String allowed(String field, String path, boolean kept) {
        Path given = Path.of(path);
        if (!given.isAbsolute()) {
            return path; // a name, or refused by whoever opens it
        }
        Path real = real(given);
        if (roots.stream().anyMatch(real::startsWith) || kept && named(real)) {
            return path;
        }
        throw new Absent(
                field.equals("backbone.weights") ? FailureReason.WEIGHTS : FailureReason.DATA,
                field + ": " + path + " is not below a root of this machine's data.yaml; use a name that it offers"
                        + (roots.isEmpty() ? "" : ", or a path below " + roots.get(0)));
    }

    private boolean named(Path real) {
        return Stream.concat(datasets.values().stream().map(Dataset::root), weights.values().stream())
                .anyMatch(place -> real(place).equals(real));
    }

    /** What a path leads to, over links, as far as it exists. */
    private static Path real(Path path) {
        Path normal = path.toAbsolutePath().normalize();
        try {
            return normal.toRealPath();
        } catch (IOException e) {
            return normal;
        }
    }
}
