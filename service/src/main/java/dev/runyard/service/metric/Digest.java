package dev.runyard.service.metric;

import java.util.Arrays;
import java.util.UUID;

/**
 * Points folded into groups, as columns ready for {@code unnest}: once by key (the summary) and once by key and block of 64
 * steps (the level). Points arrive in the order (key, step, time), so each group is met in one piece.
 */
public final class Digest {
    /** Steps of a block as a power of two: 64. */
    public static final int BLOCK_BITS = 6;

    private int groups;
    private int[] keyId = new int[16];
    private long[] block = new long[16];
    private int[] count = new int[16];
    private int[] nonFinite = new int[16];
    private long[] firstStep = new long[16];
    private long[] firstTime = new long[16];
    private double[] first = new double[16];
    private long[] lastStep = new long[16];
    private long[] lastTime = new long[16];
    private double[] last = new double[16];
    // NaN stands for "no finite value"; the statements turn it into null.
    private double[] min = new double[16];
    private double[] max = new double[16];
    private long[] minStep = new long[16];
    private long[] maxStep = new long[16];

    private final boolean byBlock;

    Digest(boolean byBlock) {
        this.byBlock = byBlock;
    }

    void add(int key, long step, long time, double value) {
        long b = byBlock ? step >> BLOCK_BITS : 0;
        int g = groups - 1;
        if (g < 0 || keyId[g] != key || block[g] != b) {
            g = open(key, b, step, time, value);
        }
        count[g]++;
        lastStep[g] = step;
        lastTime[g] = time;
        last[g] = value;
        if (!Double.isFinite(value)) {
            nonFinite[g]++;
            return;
        }
        if (!(min[g] <= value)) {
            min[g] = value;
            minStep[g] = step;
        }
        if (!(max[g] >= value)) {
            max[g] = value;
            maxStep[g] = step;
        }
    }

    boolean isEmpty() {
        return groups == 0;
    }

    int[] keyIds() {
        return Arrays.copyOf(keyId, groups);
    }

    long maxStep() {
        long most = 0;
        for (int g = 0; g < groups; g++) {
            most = Math.max(most, lastStep[g]);
        }
        return most;
    }

    /** run, and the columns key, count, nonFinite, lastStep, lastTime, last, min, minStep, max, maxStep. */
    Object[] summary(UUID run) {
        return new Object[] {
            run,
            keyIds(),
            Arrays.copyOf(count, groups),
            Arrays.copyOf(nonFinite, groups),
            Arrays.copyOf(lastStep, groups),
            Arrays.copyOf(lastTime, groups),
            Arrays.copyOf(last, groups),
            Arrays.copyOf(min, groups),
            Arrays.copyOf(minStep, groups),
            Arrays.copyOf(max, groups),
            Arrays.copyOf(maxStep, groups)
        };
    }

    /** run, and the columns key, block, firstStep, firstTime, first, lastStep, lastTime, last, min, max, count, nonFinite. */
    Object[] blocks(UUID run) {
        return new Object[] {
            run,
            keyIds(),
            Arrays.copyOf(block, groups),
            Arrays.copyOf(firstStep, groups),
            Arrays.copyOf(firstTime, groups),
            Arrays.copyOf(first, groups),
            Arrays.copyOf(lastStep, groups),
            Arrays.copyOf(lastTime, groups),
            Arrays.copyOf(last, groups),
            Arrays.copyOf(min, groups),
            Arrays.copyOf(max, groups),
            Arrays.copyOf(count, groups),
            Arrays.copyOf(nonFinite, groups)
        };
    }

    private int open(int key, long b, long step, long time, double value) {
        if (groups == keyId.length) {
            grow();
        }
        int g = groups++;
        keyId[g] = key;
        block[g] = b;
        firstStep[g] = step;
        firstTime[g] = time;
        first[g] = value;
        min[g] = Double.NaN;
        max[g] = Double.NaN;
        return g;
    }

    private void grow() {
        int more = groups * 2;
        keyId = Arrays.copyOf(keyId, more);
        block = Arrays.copyOf(block, more);
        count = Arrays.copyOf(count, more);
        nonFinite = Arrays.copyOf(nonFinite, more);
        firstStep = Arrays.copyOf(firstStep, more);
        firstTime = Arrays.copyOf(firstTime, more);
        first = Arrays.copyOf(first, more);
        lastStep = Arrays.copyOf(lastStep, more);
        lastTime = Arrays.copyOf(lastTime, more);
        last = Arrays.copyOf(last, more);
        min = Arrays.copyOf(min, more);
        max = Arrays.copyOf(max, more);
        minStep = Arrays.copyOf(minStep, more);
        maxStep = Arrays.copyOf(maxStep, more);
    }
}
