package dev.runyard.spec.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.InvalidSpec;
import org.jspecify.annotations.Nullable;

/**
 * One value of one metric.
 *
 * @param key for example {@code train/loss}; printable, 1 to 250 UTF-8 bytes, NFC
 * @param step optimiser steps done, 0 to 2^53
 * @param epoch epochs done, with fraction; null where there is none
 * @param value any double; NaN and infinities are kept and written as the strings "NaN", "Infinity", "-Infinity"
 * @param time client's clock, microseconds since 1970
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MetricPoint(String key, long step, @Nullable Double epoch, double value, long time) {
    private static final long MAX_STEP = 1L << 53;

    public MetricPoint {
        if (step < 0 || step > MAX_STEP) {
            throw new InvalidSpec("OUT_OF_RANGE", "step", step, "must lie in [0, 2^53]", null);
        }
    }
}
