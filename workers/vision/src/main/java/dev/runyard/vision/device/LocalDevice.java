package dev.runyard.vision.device;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that trains one run at a time.
 *
 * @param key what it is known by across restarts: a GPU's uuid (its index may change), or {@code cpu}
 * @param kind {@code cuda} or {@code cpu}
 * @param memoryBytes the device's own, or the machine's
 * @param slots runs that one process of it takes at once
 * @param index CUDA ordinal of this process; -1 for the CPU
 * @param gpu as the driver shows it; null for the CPU
 */
public record LocalDevice(
        String key,
        String kind,
        String name,
        long memoryBytes,
        int slots,
        @JsonIgnore int index,
        @JsonIgnore @Nullable Gpu gpu) {
    private static final Pattern SHARE = Pattern.compile("/\\d{1,2}$");

    /** How vision and the command line name it: {@code cpu}, {@code cuda:0}. */
    @JsonIgnore
    public String spelled() {
        return index < 0 ? "cpu" : "cuda:" + index;
    }

    /**
     * How another process of this host is told to take a device, or a share of one, that this process may not see: {@code cpu}, or the
     * GPU's uuid.
     *
     * @param key of the device
     */
    public static String elsewhere(String key) {
        // The parts of a divided GPU had slashes in their names once.
        String whole = key.startsWith("MIG-GPU-") ? key : SHARE.matcher(key).replaceFirst("");
        return whole;
    }

    @JsonIgnore
    public boolean cuda() {
        return index >= 0;
    }

    /**
     * One of several equal shares of it, each for a process of its own. The first keeps the device's key, so that it stays the same
     * device when it is divided and made whole again.
     *
     * @param number from 1 to {@code of}
     */
    public LocalDevice share(int number, int of) {
        return of == 1
                ? this
                : new LocalDevice(
                        number == 1 ? key : key + "/" + number,
                        kind,
                        name + ", share " + number + " of " + of,
                        memoryBytes / of,
                        slots,
                        index,
                        gpu);
    }
}
