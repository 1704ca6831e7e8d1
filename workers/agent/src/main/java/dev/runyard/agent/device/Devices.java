package dev.runyard.agent.device;

import dev.runyard.vision.gpu.Gpu;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What of this machine can train: its CUDA devices; a machine without any offers its CPU as one device. */
public final class Devices {
    private Devices() {}

    public static List<LocalDevice> found() {
        List<LocalDevice> cuda = cuda();
        return cuda.isEmpty() ? List.of(cpu()) : cuda;
    }

    /**
     * The device that a person named.
     *
     * @param spelled {@code cpu} or {@code cuda:N}
     * @throws IllegalArgumentException in one line, with what there is
     */
    public static LocalDevice named(String spelled) {
        if (spelled.equals("cpu")) {
            return cpu();
        }
        List<LocalDevice> cuda = cuda();
        return cuda.stream()
                .filter(device -> device.spelled().equals(spelled))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "RUNYARD_DEVICE: there is no " + spelled + " here; choose one of " + choices(cuda)));
    }

    private static String choices(List<LocalDevice> cuda) {
        List<String> names = new ArrayList<>(List.of("cpu"));
        cuda.forEach(device -> names.add(device.spelled()));
        return String.join(", ", names);
    }

    static LocalDevice cpu() {
        int cores = Runtime.getRuntime().availableProcessors();
        long memory =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                        ? os.getTotalMemorySize()
                        : Runtime.getRuntime().maxMemory();
        return new LocalDevice("cpu", "cpu", model() + ", " + cores + " cores", memory, 1, -1);
    }

    private static String model() {
        try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
            return lines.lines()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("CPU");
        } catch (IOException e) {
            return "CPU"; // not Linux
        }
    }

    private static List<LocalDevice> cuda() {
        return Gpu.found().stream()
                .map(gpu -> new LocalDevice(gpu.uuid(), "cuda", gpu.name(), gpu.memoryBytes(), 1, gpu.index()))
                .toList();
    }
}
