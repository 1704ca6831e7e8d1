package dev.runyard.vision.nd;

import com.sun.jna.Function;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The memory of this machine, as Linux tells it, and what of it this process holds for nothing. libtorch asks glibc for aligned memory, and
 * until version 2.38 glibc puts none where an array of the same size was before, unless there is more room: after some blocks of a tower a
 * third of what a process has is holes. Trimmed, they are the system's again.
 */
final class HostMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path OWN = Path.of("/proc/self/statm");
    private static final long PAGE = 4_096;

    /**
     * By how much the process may grow before its holes are given back, in bytes and as a part of what it had. Each page of them costs a
     * fault when it is written again: at a quarter of this a step of ViT-B/32 spends a quarter of its time on them.
     */
    private static final long GROWTH = 256L << 20;

    private static final int GROWTH_PART = 3;

    private static final @Nullable Function TRIM = trimming();
    private static volatile long known;

    private HostMemory() {}

    /** Bytes that may be had without swapping; the largest number where the system does not say. */
    static long available() {
        try {
            return Files.readAllLines(MEMINFO).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    private static @Nullable Function trimming() {
        try {
            return Function.getFunction("c", "malloc_trim");
        } catch (LinkageError e) {
            return null; // another C library
        }
    }

    /** Gives back the pages of holes. */
    static void trim() {
        if (TRIM != null) {
            TRIM.invokeInt(new Object[] {0L});
            known = resident();
        }
    }

    /** As {@link #trim} where the process has grown since. */
    static void trimWhereGrown() {
        long now = resident();
        if (now > known + Math.max(GROWTH, known / GROWTH_PART)) {
            trim();
        } else if (now < known) {
            known = now;
        }
    }

    /** Bytes of this process in memory; 0 where the system does not say. */
    private static long resident() {
        try {
            return Long.parseLong(Files.readString(OWN).split(" ", -1)[1]) * PAGE;
        } catch (IOException e) {
            return 0;
        }
    }
}
