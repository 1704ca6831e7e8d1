package dev.runyard.vision.train;

import dev.runyard.spec.DatasetPart;
import dev.runyard.spec.DatasetSpec;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The last data sets that this process opened, so that the next run of a sweep need not hash and decode them again. */
final class OpenDatasets {
    private static final int KEPT = 4;

    /** Own splits are the same for all seeds of a sweep: the seed of the run varies the training, not the data. */
    private static final long SPLIT_SEED = 0;

    private static final Map<String, Dataset> OPEN = new LinkedHashMap<>(16, 0.75f, true);

    private OpenDatasets() {}

    static synchronized Dataset open(DatasetSpec spec, Path cache) throws IOException {
        String key = key(spec, cache);
        Dataset open = OPEN.get(key);
        if (open == null) {
            open = Datasets.open(spec, cache, SPLIT_SEED);
            OPEN.put(key, open);
            if (OPEN.size() > KEPT) {
                // The eldest is dropped, not closed: another run may still read it.
                OPEN.remove(OPEN.keySet().iterator().next());
            }
        }
        return open;
    }

    private static String key(DatasetSpec spec, Path cache) throws IOException {
        StringBuilder key = new StringBuilder(spec.id() + "|" + spec.split() + "|" + spec.onBadImage() + "|"
                + spec.train() + "|" + spec.test() + "|" + cache);
        if (spec.root() != null) {
            Path root = Path.of(spec.root());
            key.append('|').append(Files.exists(root) ? root.toRealPath() : root);
            if (Files.exists(root)) {
                key.append('|').append(Files.size(root)).append('|').append(Files.getLastModifiedTime(root));
            }
        }
        if (spec.parts() != null) {
            for (DatasetPart part : spec.parts()) {
                key.append('\n').append(key(part.spec(spec.onBadImage()), cache));
            }
        }
        return key.toString();
    }
}
