package dev.runyard.spec.metric;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import org.jspecify.annotations.Nullable;

/**
 * One value of one metric.
 *
 * @param key for example {@code train/loss}; printable, 1 to 250 UTF-8 bytes, NFC
 * @param step optimiser steps done, 0 to 2^53
 * @param epoch epochs done, with fraction, finite and not negative; null where there is none
 * @param value any double; NaN and infinities are kept and written as the strings "NaN", "Infinity", "-Infinity"
 * @param time client's clock, microseconds since 1970; up to the year 9999
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MetricPoint(
        String key,
        long step,
        @Nullable Double epoch,
        @JsonDeserialize(using = MetricValue.class) double value,
        long time) {
    private static final long MAX_STEP = 1L << 53;

    private static final long MAX_TIME = 253_402_300_799_999_999L;

    public MetricPoint {
        key = Names.metric("key", key);
        if (step < 0 || step > MAX_STEP) {
            throw new InvalidSpec("OUT_OF_RANGE", "step", step, "must lie in [0, 2^53]", null);
        }
        if (epoch != null && !(Double.isFinite(epoch) && epoch >= 0)) {
            throw new InvalidSpec("OUT_OF_RANGE", "epoch", epoch, "must be finite and not negative", null);
        }
        if (time < 0 || time > MAX_TIME) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", "time", time, "must be microseconds since 1970, before the year 10000", null);
        }
    }
}
