package dev.runyard.vision.device;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which devices a process may use, as {@code CUDA_VISIBLE_DEVICES} says it to CUDA; Slurm sets it for each job. */
final class Visible {
    private Visible() {}

    /**
     * The visible ones, in the order of their CUDA ordinals.
     *
     * @param setting numbers in the order of the bus, UUIDs or unique beginnings of them (also {@code MIG-…}), separated by commas;
     *     what follows an entry that names no device is invisible, as for CUDA; null: all are visible; empty: none
     */
    static List<Gpu> of(List<Gpu> all, @Nullable String setting) {
        if (setting == null) {
            return all;
        }
        List<Gpu> visible = new ArrayList<>();
        for (String entry : setting.split(",", -1)) {
            Gpu named = named(all, entry.strip());
            if (named == null || visible.contains(named)) {
                break;
            }
            visible.add(named);
        }
        return List.copyOf(visible);
    }

    private static @Nullable Gpu named(List<Gpu> all, String entry) {
        if (entry.matches("\\d{1,4}")) {
            int index = Integer.parseInt(entry);
            return all.stream().filter(gpu -> gpu.index() == index).findFirst().orElse(null);
        }
        if (!entry.startsWith("GPU-") && !entry.startsWith("MIG-")) {
            return null;
        }
        List<Gpu> fitting =
                all.stream().filter(gpu -> gpu.uuid().startsWith(entry)).toList();
        return fitting.size() == 1 ? fitting.get(0) : null;
    }
}
