package dev.runyard.vision.tensor;

import java.util.Collection;

/** Names as data-parallel training writes them: {@code module.} in front of all, which is no part of a model. */
public final class ParallelNames {
    private static final String PARALLEL = "module.";

    private ParallelNames() {}

    /** What stands in front of every name and does not belong to it; empty when some have it not. */
    public static String prefix(Collection<String> names) {
        boolean parallel = !names.isEmpty()
                && names.stream().allMatch(name -> name.startsWith(PARALLEL) && name.length() > PARALLEL.length());
        return parallel ? PARALLEL : "";
    }
}
