package dev.runyard.vision.place;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.backbone.StoredBackbone;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What is behind the names of a machine: of a data set the hash that runs keep, of weights the SHA-256 of the file. Computed once, and
 * again when sizes or times of the files change.
 */
public final class Fingerprints {
    private final Path cache;
    private final Path dataCache;
    private final Consumer<String> news;

    /**
     * @param home that the cache is kept in
     * @param news gets a line where something cannot be read
     */
    public Fingerprints(Path home, Consumer<String> news) {
        this.cache = home.resolve("places.json");
        this.dataCache = home.resolve("data");
        this.news = news;
    }

    private interface Computed {
        String get() throws IOException;
    }

    /** By what a run needs: {@code dataset:birds}, {@code weights:clip}. What cannot be read is left out. */
    public Map<String, String> of(Places places) {
        ObjectNode known = read();
        ObjectNode now = Json.mapper().createObjectNode();
        Map<String, String> out = new TreeMap<>();
        places.datasets().forEach((name, dataset) -> {
            DatasetSpec spec = new DatasetSpec(dataset.id(), dataset.root().toString(), null, null, null);
            add(out, "dataset:" + name, known, now, () -> Datasets.stamp(spec) + "|" + dataset.id(), () -> hash(spec));
        });
        places.weights()
                .forEach((name, path) -> add(
                        out,
                        "weights:" + name,
                        known,
                        now,
                        () -> StoredBackbone.identity(path.toString()),
                        () -> Sha256.of(StoredBackbone.open(path.toString()).weights())));
        write(now);
        return out;
    }

    private void add(
            Map<String, String> out, String name, ObjectNode known, ObjectNode now, Computed stamp, Computed hash) {
        try {
            String seen = Sha256.of(stamp.get());
            boolean same = known.path(name).path("stamp").asText().equals(seen);
            String value = same ? known.path(name).path("fingerprint").asText() : hash.get();
            now.putObject(name).put("stamp", seen).put("fingerprint", value);
            out.put(name, value);
        } catch (IOException | RuntimeException e) {
            news.accept(name + " is not offered: " + e.getMessage());
        }
    }

    private String hash(DatasetSpec spec) throws IOException {
        try (Dataset dataset = Datasets.openForEvaluation(spec, dataCache, 0)) {
            return dataset.hash();
        }
    }

    private ObjectNode read() {
        try {
            return Files.exists(cache) && Json.tree(Files.readString(cache)) instanceof ObjectNode object
                    ? object
                    : Json.mapper().createObjectNode();
        } catch (IOException | RuntimeException e) {
            return Json.mapper().createObjectNode(); // computed anew
        }
    }

    /** Several workers of a machine may write it; each writes the whole truth. */
    private void write(ObjectNode now) {
        try {
            Files.createDirectories(cache.toAbsolutePath().getParent());
            Path fresh = Files.createTempFile(cache.toAbsolutePath().getParent(), "places", ".tmp");
            Files.writeString(fresh, Json.canonical(now));
            Files.move(fresh, cache, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            news.accept("the fingerprints of data and weights cannot be kept: " + e.getMessage());
        }
    }
}
