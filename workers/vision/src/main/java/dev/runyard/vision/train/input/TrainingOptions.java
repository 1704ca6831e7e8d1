package dev.runyard.vision.train.input;

import dev.runyard.vision.place.Places;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What belongs to the machine and not to the run.
 *
 * @param threads of one operation; results are bit-identical only for an equal number
 * @param device {@code cpu}, {@code cuda} for the first visible GPU, or {@code cuda:N}
 * @param others further devices of this host, for runs that ask for several: spelled likewise, or by the uuid of one that this process does
 *     not see
 * @param dataCache folder for rendered and decoded images
 * @param places where data sets and weights are that a spec names
 */
public record TrainingOptions(int threads, String device, List<String> others, Path dataCache, Places places) {
    /** Of a GPU, or of a part of one. */
    public static final Pattern UUID = Pattern.compile("(GPU|MIG)-[\\w/-]{1,100}");

    public TrainingOptions {
        if (threads < 1 || threads > 1_024) {
            throw new IllegalArgumentException("threads must lie in [1, 1024], got " + threads);
        }
        others = List.copyOf(others);
        for (String one : devices(device, others)) {
            boolean unseen = UUID.matcher(one).matches() && !one.equals(device);
            if (!unseen && !one.matches("cpu|cuda(:\\d{1,4})?")) {
                throw new IllegalArgumentException("device must be cpu, cuda or cuda:N, got " + one);
            }
        }
    }

    /** With other further devices. */
    public TrainingOptions with(List<String> beside) {
        return new TrainingOptions(threads, device, beside, dataCache, places);
    }

    /** With data sets and weights by name. */
    public TrainingOptions with(Places named) {
        return new TrainingOptions(threads, device, others, dataCache, named);
    }

    /** On one device, without names. */
    public TrainingOptions(int threads, String device, Path dataCache) {
        this(threads, device, List.of(), dataCache, Places.none());
    }

    /** All, the one of this process first. */
    public List<String> devices() {
        return devices(device, others);
    }

    private static List<String> devices(String first, List<String> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    /** One thread on the CPU. */
    public static TrainingOptions cpu(Path dataCache) {
        return new TrainingOptions(1, "cpu", dataCache);
    }
}
