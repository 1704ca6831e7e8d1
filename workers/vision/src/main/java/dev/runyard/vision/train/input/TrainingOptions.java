package dev.runyard.vision.train.input;

import java.nio.file.Path;

/**
 * What belongs to the machine and not to the run.
 *
 * @param threads of one operation; results are bit-identical only for an equal number
 * @param device {@code cpu}, {@code cuda} for the first visible GPU, or {@code cuda:N}
 * @param dataCache folder for rendered and decoded images
 */
public record TrainingOptions(int threads, String device, Path dataCache) {
    public TrainingOptions {
        if (threads < 1 || threads > 1_024) {
            throw new IllegalArgumentException("threads must lie in [1, 1024], got " + threads);
        }
        if (!device.matches("cpu|cuda(:\\d{1,4})?")) {
            throw new IllegalArgumentException("device must be cpu, cuda or cuda:N, got " + device);
        }
    }

    /** One thread on the CPU. */
    public static TrainingOptions cpu(Path dataCache) {
        return new TrainingOptions(1, "cpu", dataCache);
    }
}
