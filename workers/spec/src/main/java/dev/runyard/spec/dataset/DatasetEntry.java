package dev.runyard.spec.dataset;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a data set that a run can name, one line of {@code registry.json}. One more data set in a layout that is read already
 * (folders, CoOp's split file) is one more line there.
 *
 * @param classes that occur in the published data set; null where nothing is known
 * @param published images of each partition in use; empty where nothing is known
 * @param needs what its own parts are told by, for messages; null for nothing
 * @param sentences by the name of a template, in place of those of {@code templates.v1.json}
 */
public record DatasetEntry(
        @Nullable Integer classes,
        List<Size> published,
        @Nullable String needs,
        Map<String, List<String>> sentences) {

    /**
     * Images of a partition.
     *
     * @param partition for people: whose it is
     * @param learnt images of train and val
     * @param judged images of test
     */
    public record Size(String partition, int learnt, int judged) {}

    private static final Map<String, DatasetEntry> ALL = read();

    public DatasetEntry {
        published = published == null ? List.of() : List.copyOf(published);
        sentences = sentences == null ? Map.of() : Map.copyOf(sentences);
    }

    /** Every data set by its id, in the order in which they are shown. */
    public static Map<String, DatasetEntry> all() {
        return ALL;
    }

    private static Map<String, DatasetEntry> read() {
        try (InputStream in = Objects.requireNonNull(DatasetEntry.class.getResourceAsStream("registry.json"))) {
            return Collections.unmodifiableMap(
                    Json.mapper().readValue(in, new TypeReference<LinkedHashMap<String, DatasetEntry>>() {}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
