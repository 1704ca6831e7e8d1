package dev.runyard.service.metric.series;

import dev.runyard.service.http.Problem;
import dev.runyard.spec.Defaults;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Which curves, how fine.
 *
 * @param from first step, inclusive; left out: 0
 * @param to last step, inclusive; left out: the last
 * @param buckets most buckets of a curve, fewer where many curves are asked for; up to twice as many points come exact
 * @param since cursor of an earlier answer to the same request
 * @param ghosts whether to tell what overtaken attempts measured
 */
public record SeriesAsk(
        List<Pair> series,
        @Nullable Long from,
        @Nullable Long to,
        @Nullable Integer buckets,
        @Nullable String since,
        @Nullable Boolean ghosts) {
    static final int MOST = 400;
    static final int MOST_BUCKETS = 2_000;
    static final long MAX_STEP = 1L << 53;

    /** Buckets of all curves together. */
    private static final int IN_ALL = 60_000;

    /** A metric of a run. */
    @Schema(name = "SeriesPair")
    public record Pair(UUID run, String key) {
        public Pair {
            Defaults.required("run", run);
            Defaults.required("key", key);
        }
    }

    public SeriesAsk {
        series = series == null ? List.of() : List.copyOf(series);
        if (series.isEmpty() || series.size() > MOST) {
            throw Problem.invalid(
                    "OUT_OF_RANGE", "series", series.size(), "must be 1 to " + MOST + " pairs of run and key", null);
        }
        within("from", from, 0, MAX_STEP);
        within("to", to, from == null ? 0 : from, MAX_STEP);
        within("buckets", buckets == null ? null : (long) buckets, 1, MOST_BUCKETS);
    }

    int most() {
        int asked = buckets == null ? 800 : buckets;
        return Math.max(1, Math.min(asked, IN_ALL / series.size()));
    }

    long first() {
        return from == null ? 0 : from;
    }

    long end() {
        return to == null ? MAX_STEP : to;
    }

    boolean ranged() {
        return from != null || to != null;
    }

    private static void within(String field, @Nullable Long value, long min, long max) {
        if (value != null && (value < min || value > max)) {
            throw Problem.invalid("OUT_OF_RANGE", field, value, "must lie in [" + min + ", " + max + "]", null);
        }
    }
}
