package dev.runyard.cli.lab;

import dev.runyard.vision.gpu.Gpu;
import java.util.List;
import java.util.Map;

/**
 * What a worker can be started for on this machine: each CUDA device, or the CPU where there is none.
 *
 * @param name {@code cuda:0}, {@code cuda:1} …, or {@code cpu}
 * @param environment what a worker's process needs to have it
 */
record WorkerStart(String name, Map<String, String> environment) {
    /** {@code RUNYARD_DEVICE} names one instead of all. */
    static List<WorkerStart> found() {
        String named = System.getenv("RUNYARD_DEVICE");
        if (named != null && !named.isBlank()) {
            return List.of(new WorkerStart(named.strip(), Map.of("RUNYARD_DEVICE", named.strip())));
        }
        // CUDA reads the variable when the process starts; a worker sees its own device only.
        List<WorkerStart> devices = Gpu.found().stream()
                .map(gpu -> new WorkerStart(
                        gpu.spelled(), Map.of("RUNYARD_DEVICE", gpu.spelled(), "CUDA_VISIBLE_DEVICES", gpu.uuid())))
                .toList();
        return devices.isEmpty() ? List.of(cpu()) : devices;
    }

    private static WorkerStart cpu() {
        // Threads that spin while they wait for each other starve the service and Postgres on a small machine.
        return new WorkerStart("cpu", Map.of("RUNYARD_DEVICE", "cpu", "OMP_WAIT_POLICY", "passive"));
    }
}
