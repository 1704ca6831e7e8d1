package dev.runyard.service.metric;

import dev.runyard.spec.InvalidSpec;
import java.util.Arrays;
import java.util.Map;

/**
 * The points of a batch as columns in the order (key number, step, time), each point once. The order is what keeps two writers
 * from locking each other out, and what lets summaries be drawn up in one pass.
 */
record SortedPoints(int size, int[] keyIds, long[] steps, long[] times, double[] epochs, double[] values) {

    /**
     * @throws InvalidSpec DUPLICATE_POINT when one (key, step) carries two values; the same value twice counts once
     */
    static SortedPoints of(PointBatch batch, Map<String, Integer> ids) {
        int n = batch.size();
        int[] keyIds = keyIds(batch, ids);
        Integer[] order = order(batch, keyIds);
        long[] steps = batch.steps();
        long[] times = batch.times();
        SortedPoints sorted = new SortedPoints(n, new int[n], new long[n], new long[n], new double[n], new double[n]);
        int kept = 0;
        for (int k = 0; k < n; k++) {
            int i = order[k];
            if (kept > 0 && sorted.keyIds[kept - 1] == keyIds[i] && sorted.steps[kept - 1] == steps[i]) {
                if (Double.compare(sorted.values[kept - 1], batch.values()[i]) != 0) {
                    throw new InvalidSpec(
                            "DUPLICATE_POINT",
                            "points[" + i + "].value",
                            batch.values()[i],
                            "differs from another value of " + batch.keys()[i] + " at step " + steps[i]
                                    + " in the same batch",
                            "send each key once a step");
                }
                continue;
            }
            sorted.keyIds[kept] = keyIds[i];
            sorted.steps[kept] = steps[i];
            sorted.times[kept] = times[i];
            sorted.epochs[kept] = batch.epochs()[i];
            sorted.values[kept] = batch.values()[i];
            kept++;
        }
        return kept == n ? sorted : sorted.first(kept);
    }

    /**
     * The same for clients that measure one step several times, by the millisecond: what differs in its value within one millisecond is
     * told apart by the microsecond, in the order of the batch; the same value within it counts once.
     */
    static SortedPoints ofClient(PointBatch batch, Map<String, Integer> ids) {
        int n = batch.size();
        int[] keyIds = keyIds(batch, ids);
        SortedPoints sorted = new SortedPoints(n, new int[n], new long[n], new long[n], new double[n], new double[n]);
        int kept = 0;
        int moment = 0;
        for (int i : order(batch, keyIds)) {
            long time = batch.times()[i];
            boolean same = kept > 0
                    && sorted.keyIds[moment] == keyIds[i]
                    && sorted.steps[moment] == batch.steps()[i]
                    && sorted.times[moment] == time;
            if (!same) {
                moment = kept;
            } else if (holds(sorted.values, moment, kept, batch.values()[i])) {
                continue;
            }
            sorted.keyIds[kept] = keyIds[i];
            sorted.steps[kept] = batch.steps()[i];
            sorted.times[kept] = time + (kept - moment);
            sorted.epochs[kept] = batch.epochs()[i];
            sorted.values[kept] = batch.values()[i];
            kept++;
        }
        return kept == n ? sorted : sorted.first(kept);
    }

    private static boolean holds(double[] values, int from, int to, double value) {
        for (int i = from; i < to; i++) {
            if (Double.compare(values[i], value) == 0) {
                return true;
            }
        }
        return false;
    }

    private static int[] keyIds(PointBatch batch, Map<String, Integer> ids) {
        int[] keyIds = new int[batch.size()];
        for (int i = 0; i < keyIds.length; i++) {
            keyIds[i] = ids.getOrDefault(batch.keys()[i], -1);
        }
        return keyIds;
    }

    private static Integer[] order(PointBatch batch, int[] keyIds) {
        Integer[] order = new Integer[keyIds.length];
        Arrays.setAll(order, i -> i);
        long[] steps = batch.steps();
        long[] times = batch.times();
        Arrays.sort(order, (a, b) -> {
            int byKey = Integer.compare(keyIds[a], keyIds[b]);
            int byStep = byKey != 0 ? byKey : Long.compare(steps[a], steps[b]);
            return byStep != 0 ? byStep : Long.compare(times[a], times[b]);
        });
        return order;
    }

    private SortedPoints first(int n) {
        return new SortedPoints(
                n,
                Arrays.copyOf(keyIds, n),
                Arrays.copyOf(steps, n),
                Arrays.copyOf(times, n),
                Arrays.copyOf(epochs, n),
                Arrays.copyOf(values, n));
    }
}
