package dev.runyard.service.metric;

import java.util.Locale;

/** Which way a metric is better. Decided by its name alone, here and nowhere else. */
public enum Goal {
    MIN,
    MAX;

    /** Names that end in "loss" or "/drop" want to be small; every other name wants to be large. */
    public static Goal of(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.endsWith("loss") || lower.endsWith("/drop") ? MIN : MAX;
    }

    /** Whether {@code candidate} beats {@code best}; both finite. */
    boolean better(double candidate, double best) {
        return this == MIN ? candidate < best : candidate > best;
    }
}
