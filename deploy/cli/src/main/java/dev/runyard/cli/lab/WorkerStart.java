package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.vision.device.Devices;
import dev.runyard.vision.device.LocalDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A worker that can be started for a device of this machine, or for a share of one.
 *
 * @param name {@code cuda:0}, {@code cuda:1} …, or {@code cpu}
 * @param environment what a worker's process needs to have it
 * @param given whether a person named the device, so that no other serves in its place
 */
record WorkerStart(String name, Map<String, String> environment, boolean given) {
    private static final long LEAST_SHARE = 256L << 20;

    /** For each visible CUDA device, else for the CPU; {@code RUNYARD_DEVICE} names one, {@code RUNYARD_SLOTS} divides each. */
    static List<WorkerStart> found(LabHome home) {
        Devices devices = Devices.here(System.getenv(), home.folder());
        String asked = System.getenv().getOrDefault("RUNYARD_DEVICE", "auto").strip();
        if (asked.contains(",")) {
            return several(devices, asked);
        }
        List<WorkerStart> starts = new ArrayList<>();
        if (!asked.equals("cpu")) {
            for (Devices.Offer offer : devices.cuda()) {
                if (List.of("", "auto", "cuda", offer.device().spelled()).contains(asked)) {
                    starts.addAll(shares(offer.device(), !asked.isEmpty() && !asked.equals("auto")));
                }
            }
        }
        if (!starts.isEmpty()) {
            return starts;
        }
        if (!List.of("", "auto", "cpu").contains(asked)) {
            try {
                devices.choose(asked);
            } catch (IllegalArgumentException e) {
                throw Failure.badInput("RUNYARD_DEVICE: " + e.getMessage(), null);
            }
        }
        if (!asked.equals("cpu") && devices.driver().fault() != null) {
            System.err.println("runyard: " + devices.driver().fault() + "; the CPU serves meanwhile");
        }
        return shares(devices.cpu().device(), asked.equals("cpu"));
    }

    /** The CPU, where no other device serves. */
    static WorkerStart cpu() {
        // Threads that spin while they wait for each other starve the service and Postgres on a small machine.
        return new WorkerStart("cpu", Map.of("RUNYARD_DEVICE", "cpu", "OMP_WAIT_POLICY", "passive"), false);
    }

    /** One for each of them; a run that asks for several gets them together. The CPU named twice is two shares of it. */
    private static List<WorkerStart> several(Devices devices, String asked) {
        List<LocalDevice> each;
        try {
            each = devices.chooseEach(asked).stream()
                    .map(Devices.Choice::device)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("RUNYARD_DEVICE: " + e.getMessage(), null);
        }
        if (!each.get(0).cuda()) {
            return shares(each.get(0), true, each.size());
        }
        return each.stream().flatMap(device -> shares(device, true).stream()).toList();
    }

    private static List<WorkerStart> shares(LocalDevice device, boolean given) {
        return shares(
                device,
                given,
                shares(System.getenv().getOrDefault("RUNYARD_SLOTS", "1").strip(), device));
    }

    private static List<WorkerStart> shares(LocalDevice device, boolean given, int shares) {
        List<WorkerStart> out = new ArrayList<>();
        for (int i = 1; i <= shares; i++) {
            Map<String, String> environment = new HashMap<>(cpu().environment());
            if (device.cuda()) {
                // CUDA reads the variable when the process starts: a worker sees its own device only, as the first.
                environment.put("RUNYARD_DEVICE", "cuda:0");
                environment.put("CUDA_VISIBLE_DEVICES", device.key());
            }
            if (shares > 1) {
                environment.put("RUNYARD_SHARE", i + "/" + shares);
            }
            out.add(new WorkerStart(
                    device.spelled() + (shares > 1 ? " share " + i + " of " + shares : ""),
                    Map.copyOf(environment),
                    given));
        }
        return out;
    }

    /** @param text how many runs share a device, or what memory one needs, such as {@code 6GiB}: then as many as fit */
    static int shares(String text, LocalDevice device) {
        if (text.matches("\\d{1,2}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 64) {
            return Integer.parseInt(text);
        }
        if (text.matches("\\d{1,6}(\\.\\d{1,3})?(GiB|MiB)")) {
            long unit = text.endsWith("GiB") ? 1L << 30 : 1L << 20;
            long each = (long) (Double.parseDouble(text.substring(0, text.length() - 3)) * unit);
            if (each >= LEAST_SHARE) {
                long fit = device.memoryBytes() / each;
                if (fit < 1) {
                    throw Failure.badInput(
                            "RUNYARD_SLOTS: " + device.spelled() + " has " + (device.memoryBytes() >> 20)
                                    + " MiB, and a run was said to need " + text,
                            "name less, or leave the device out (RUNYARD_DEVICE)");
                }
                return (int) Math.min(64, fit);
            }
        }
        throw Failure.badInput(
                "RUNYARD_SLOTS is \"" + text + "\"",
                "give the number of runs that share a device, from 1 to 64, or what one needs, such as 6GiB");
    }
}
