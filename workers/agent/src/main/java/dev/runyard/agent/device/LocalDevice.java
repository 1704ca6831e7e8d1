package dev.runyard.agent.device;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * Something that trains one run at a time.
 *
 * @param key what it is known by across restarts: a GPU's uuid (its index may change), or {@code cpu}
 * @param kind {@code cuda} or {@code cpu}
 * @param memoryBytes the device's own, or the machine's
 * @param slots runs that may share it
 * @param index CUDA ordinal; -1 for the CPU
 */
public record LocalDevice(
        String key,
        String kind,
        String name,
        long memoryBytes,
        int slots,
        @JsonIgnore int index) {
    /** How vision and the command line name it: {@code cpu}, {@code cuda:0}. */
    @JsonIgnore
    public String spelled() {
        return index < 0 ? "cpu" : "cuda:" + index;
    }
}
