package dev.runyard.agent.device;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Finds the CUDA devices of this machine through {@code nvidia-smi}; a machine without any offers its CPU as one device. */
public final class Devices {
    private static final long MIB = 1L << 20;

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
        try {
            Process query = new ProcessBuilder(
                            "nvidia-smi", "--query-gpu=uuid,name,memory.total,index", "--format=csv,noheader,nounits")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            query.getOutputStream().close();
            String output = new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!query.waitFor(10, TimeUnit.SECONDS) || query.exitValue() != 0) {
                query.destroyForcibly();
                return List.of();
            }
            return parsed(output);
        } catch (IOException e) {
            return List.of(); // no driver installed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** Lines such as {@code GPU-1b2c…, NVIDIA A100, 81920, 0}; others, for example errors, are skipped. */
    static List<LocalDevice> parsed(String csv) {
        List<LocalDevice> devices = new ArrayList<>();
        for (String line : csv.split("\\R")) {
            String[] cells = line.split(",", -1);
            if (cells.length == 4
                    && cells[0].startsWith("GPU-")
                    && cells[2].strip().matches("\\d+")
                    && cells[3].strip().matches("\\d+")) {
                devices.add(new LocalDevice(
                        cells[0].strip(),
                        "cuda",
                        cells[1].strip(),
                        Long.parseLong(cells[2].strip()) * MIB,
                        1,
                        Integer.parseInt(cells[3].strip())));
            }
        }
        return List.copyOf(devices);
    }
}
