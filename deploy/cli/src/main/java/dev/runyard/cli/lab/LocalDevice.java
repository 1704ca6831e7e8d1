package dev.runyard.cli.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a worker can be started for on this machine: each CUDA device, or the CPU where there is none.
 *
 * @param name {@code cuda:0}, {@code cuda:1} …, or {@code cpu}
 * @param environment what a worker's process needs to have it
 */
record LocalDevice(String name, Map<String, String> environment) {
    private static final Pattern GPU = Pattern.compile("GPU (\\d+): .*\\(UUID: (GPU-[^)]+)\\)");

    /** {@code RUNYARD_DEVICE} names one instead of all. */
    static List<LocalDevice> found() {
        String named = System.getenv("RUNYARD_DEVICE");
        if (named != null && !named.isBlank()) {
            return List.of(new LocalDevice(named.strip(), Map.of("RUNYARD_DEVICE", named.strip())));
        }
        List<LocalDevice> devices = new ArrayList<>();
        listed().lines().forEach(line -> {
            Matcher gpu = GPU.matcher(line.strip());
            if (gpu.matches()) {
                String name = "cuda:" + gpu.group(1);
                // CUDA reads the variable when the process starts; a worker sees its own device only.
                devices.add(
                        new LocalDevice(name, Map.of("RUNYARD_DEVICE", name, "CUDA_VISIBLE_DEVICES", gpu.group(2))));
            }
        });
        return devices.isEmpty() ? List.of(cpu()) : devices;
    }

    private static LocalDevice cpu() {
        // Threads that spin while they wait for each other starve the service and Postgres on a small machine.
        return new LocalDevice("cpu", Map.of("RUNYARD_DEVICE", "cpu", "OMP_WAIT_POLICY", "passive"));
    }

    private static String listed() {
        if (Installation.onPath("nvidia-smi").isEmpty()) {
            return "";
        }
        try {
            Process query = new ProcessBuilder("nvidia-smi", "-L")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String lines = new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return query.waitFor(10, TimeUnit.SECONDS) && query.exitValue() == 0 ? lines : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
