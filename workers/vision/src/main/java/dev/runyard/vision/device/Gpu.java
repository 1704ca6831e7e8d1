package dev.runyard.vision.device;

/**
 * A CUDA device, or a part of one (MIG), as the driver lists it.
 *
 * @param uuid what it is known by across restarts
 * @param name of the model
 * @param memoryBytes its own
 * @param freeBytes of them; -1 where the driver does not tell, as for a part
 * @param index in the order of the bus; a part has its whole device's; may change across restarts
 * @param capability compute capability, such as {@code 8.0}; empty where the driver is too old to tell
 */
public record Gpu(String uuid, String name, long memoryBytes, long freeBytes, int index, String capability) {
    /** Whether it is a part of a device (MIG instance). */
    public boolean part() {
        return uuid.startsWith("MIG-");
    }
}
