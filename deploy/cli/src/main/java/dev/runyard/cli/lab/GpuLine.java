package dev.runyard.cli.lab;

import dev.runyard.vision.device.Devices;
import dev.runyard.vision.device.Driver;
import dev.runyard.vision.device.Gpu;
import java.util.Locale;

/** A CUDA device in one line: what it is, what is free, and what drives it. */
final class GpuLine {
    private GpuLine() {}

    static String of(Devices.Offer offer, Driver driver) {
        Gpu gpu = offer.device().gpu();
        StringBuilder line = new StringBuilder(offer.device().spelled() + " "
                + offer.device().name() + ", " + gigabytes(offer.device().memoryBytes()));
        if (gpu != null && gpu.freeBytes() >= 0) {
            line.append(" (").append(gigabytes(gpu.freeBytes())).append(" free)");
        }
        if (gpu != null && !gpu.capability().isEmpty()) {
            line.append(", compute capability ").append(gpu.capability());
        }
        line.append(", driver ").append(driver.version());
        if (offer.natives().library() != null) {
            line.append(", torch ").append(offer.natives().version());
            if (!offer.natives().cuda().isEmpty()) {
                line.append(" for CUDA ").append(offer.natives().cuda());
            }
        }
        return line.toString();
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
