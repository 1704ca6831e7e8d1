package dev.runyard.cli.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a worker can be started for on this machine: each CUDA device, or the CPU where there is none. */
final class LocalDevices {
    private LocalDevices() {}

    /** {@code cuda:0}, {@code cuda:1} …, or {@code cpu}; {@code RUNYARD_DEVICE} names one instead. */
    static List<String> found() {
        String named = System.getenv("RUNYARD_DEVICE");
        if (named != null && !named.isBlank()) {
            return List.of(named.strip());
        }
        List<String> devices = new ArrayList<>();
        for (int i = 0; i < cudaDevices(); i++) {
            devices.add("cuda:" + i);
        }
        return devices.isEmpty() ? List.of("cpu") : devices;
    }

    private static int cudaDevices() {
        if (Installation.onPath("nvidia-smi").isEmpty()) {
            return 0;
        }
        try {
            Process query = new ProcessBuilder("nvidia-smi", "-L")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String lines = new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            boolean ended = query.waitFor(10, TimeUnit.SECONDS);
            return ended && query.exitValue() == 0
                    ? (int) lines.lines()
                            .filter(line -> line.startsWith("GPU "))
                            .count()
                    : 0;
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
