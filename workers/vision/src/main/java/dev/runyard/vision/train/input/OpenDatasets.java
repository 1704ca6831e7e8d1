package dev.runyard.vision.train.input;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.data.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The last data sets that this process opened, so that the next run of a sweep need not hash and decode them again. */
public final class OpenDatasets {
    private static final int KEPT = 4;

    /** Own splits are the same for all seeds of a sweep: the seed of the run varies the training, not the data. */
    public static final long SPLIT_SEED = 0;

    private static final Map<String, Dataset> OPEN = new LinkedHashMap<>(16, 0.75f, true);

    private OpenDatasets() {}

    /** The data set of a spec; stays open for the next caller. */
    public static Dataset open(DatasetSpec spec, Path cache) throws IOException {
        return open(spec, cache, true);
    }

    /** @param trains whether there must be images to train on; without, test images alone will do */
    public static Dataset open(DatasetSpec spec, Path cache, boolean trains) throws IOException {
        return open(spec, cache, trains, Watch.NONE);
    }

    /** The same with somebody who hears how far it is. */
    public static synchronized Dataset open(DatasetSpec spec, Path cache, boolean trains, Watch watch)
            throws IOException {
        String key = key(spec, cache) + (trains ? "" : "|asked");
        Dataset open = OPEN.get(key);
        if (open == null) {
            open = trains
                    ? Datasets.open(spec, cache, SPLIT_SEED, watch)
                    : Datasets.openForAsking(spec, cache, SPLIT_SEED, watch);
            OPEN.put(key, open);
            if (OPEN.size() > KEPT) {
                // The eldest is dropped, not closed: another run may still read it.
                OPEN.remove(OPEN.keySet().iterator().next());
            }
        }
        return open;
    }

    /** The spec, and what tells whether a file of a folder or zip was changed meanwhile without reading it. */
    private static String key(DatasetSpec spec, Path cache) throws IOException {
        return Json.canonical(spec) + "|" + cache + "|" + Datasets.stamp(spec);
    }
}
