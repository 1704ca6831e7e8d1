package dev.runyard.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sweep.SweepSpec;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sweep of the demo. Its name derives from its data and spec, and the lab is asked for that name before anything is queued: so
 * however often the demo is started again, and wherever it was killed, it is the same sweep.
 */
record DemoSweep(String name, ObjectNode spec) {
    /** At least, of an epoch. */
    private static final int STEPS = 4;

    /**
     * @param data a folder or a zip; null: images that the product renders
     * @param cache where what is known of data sets is kept
     * @throws dev.runyard.vision.data.source.DataException when there is no data set in {@code data} that can be trained on
     */
    static DemoSweep of(@Nullable Path data, Path cache) throws IOException {
        ObjectNode spec = Json.yaml(resource());
        if (data != null) {
            Path real = existing(data);
            ObjectNode base = (ObjectNode) spec.path("base");
            ObjectNode dataset = base.putObject("dataset");
            dataset.put("id", "folder").put("root", real.toString());
            base.put("batchSize", batchSize(dataset, base.path("batchSize").asInt(), cache));
        }
        String name = "demo-" + hash(Json.canonical(spec)).substring(0, 12);
        spec.put("name", name);
        Json.read(spec, SweepSpec.class);
        return new DemoSweep(name, spec);
    }

    /** The demo's own, unless the data are few: nobody typed it, so it must fit. Some steps an epoch are left then. */
    private static int batchSize(ObjectNode dataset, int own, Path cache) throws IOException {
        try (Dataset opened = Datasets.open(Json.read(dataset, DatasetSpec.class), cache, 0)) {
            int fitting = Integer.highestOneBit(Math.max(1, opened.train().size() / STEPS));
            return Math.min(own, fitting);
        }
    }

    private static Path existing(Path data) {
        try {
            return data.toRealPath();
        } catch (IOException e) {
            throw Failure.badInput("there is no folder or zip " + data, "give --data an existing one, or leave it out");
        }
    }

    /** The sweep's id in this lab; queued now when it is not there. */
    String idIn(LabApi lab) {
        for (JsonNode sweep : lab.items("sweeps?experiment=demo", 1_000)) {
            if (name.equals(sweep.path("name").asText())
                    && !"CANCELLED".equals(sweep.path("state").asText())) {
                return sweep.path("id").asText();
            }
        }
        return lab.create("sweeps", spec).path("id").asText();
    }

    private static String resource() {
        try (InputStream in = DemoSweep.class.getResourceAsStream("sweep.yaml")) {
            return new String(
                    Objects.requireNonNull(in, "sweep.yaml is part of the jar").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hash(String text) {
        return Sha256.of(text);
    }
}
