package dev.runyard.vision.device;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.run.Placement;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of this machine can compute: the CUDA devices that this process may see, and the CPU. */
public final class Devices {
    /** What a person may name. */
    public static final String CHOICES = "auto, cpu, cuda or cuda:N";

    private static final long LEAST_FREE = 1L << 30;

    private final Map<String, String> environment;
    private final Path home;
    private @Nullable Driver driver;
    private @Nullable List<Offer> cuda;

    private Devices(Map<String, String> environment, Path home) {
        this.environment = environment;
        this.home = home;
    }

    /**
     * A device with what it needs.
     *
     * @param fault why it cannot be used, with the remedy, in one line, as far as it shows before anything is loaded; null when
     *     nothing is wrong
     */
    public record Offer(
            LocalDevice device, Natives natives, @Nullable String fault) {}

    /**
     * A device that was chosen.
     *
     * @param notes why others were passed over, one line each
     */
    public record Choice(LocalDevice device, Natives natives, List<String> notes) {}

    /**
     * The driver is asked once, when it is needed: who wants the CPU does not wait for one that hangs. Not for several threads.
     *
     * @param home where natives are remembered
     */
    public static Devices here(Map<String, String> environment, Path home) {
        return new Devices(Map.copyOf(environment), home);
    }

    public Driver driver() {
        Driver known = driver;
        if (known == null) {
            known = Driver.here();
            driver = known;
        }
        return known;
    }

    /** Those that are there, whether they work or not; the CPU is not among them. */
    public List<Offer> cuda() {
        List<Offer> known = cuda;
        if (known == null) {
            known = offered();
            cuda = known;
        }
        return known;
    }

    private List<Offer> offered() {
        List<Offer> offers = new ArrayList<>();
        for (Gpu gpu : Visible.of(driver().gpus(), environment.get("CUDA_VISIBLE_DEVICES"))) {
            LocalDevice device =
                    new LocalDevice(gpu.uuid(), "cuda", gpu.name(), gpu.memoryBytes(), 1, offers.size(), gpu);
            Natives natives = Natives.of(device, environment, home);
            offers.add(
                    new Offer(device, natives, natives.fault(device, driver()).orElse(null)));
        }
        return List.copyOf(offers);
    }

    public Offer cpu() {
        LocalDevice device = cpuDevice(machineMemory(environment));
        Natives natives = Natives.of(device, environment, home);
        return new Offer(
                device,
                natives,
                natives.fault(device, new Driver("", List.of(), null)).orElse(null));
    }

    /**
     * The device that a person named, by {@code --device} or {@code RUNYARD_DEVICE}. Of {@code auto} the first CUDA device with
     * nothing wrong and room, else the CPU; of {@code cuda} the first such one.
     *
     * @param asked one of {@link #CHOICES}
     * @throws IllegalArgumentException in one line with the remedy, when there is none
     */
    public Choice choose(String asked) {
        String word = asked.isBlank() ? "auto" : asked.strip().toLowerCase(Locale.ROOT);
        if (word.equals("cpu")) {
            return chosen(cpu(), List.of());
        }
        boolean any = word.equals("auto") || word.equals("cuda");
        if (!any && !word.matches("cuda:\\d{1,4}")) {
            throw new IllegalArgumentException("device \"" + asked + "\" is not one of " + CHOICES);
        }
        List<String> notes = new ArrayList<>();
        for (Offer offer : cuda()) {
            if (any || offer.device().spelled().equals(word)) {
                String fault = offer.fault() == null ? noRoom(offer.device()) : offer.fault();
                if (fault == null) {
                    return chosen(offer, List.copyOf(notes));
                }
                notes.add(offer.device().spelled() + " (" + offer.device().name() + "): " + fault);
            }
        }
        if (word.equals("auto")) {
            if (driver().fault() != null) {
                notes.add(driver().fault());
            }
            return chosen(cpu(), List.copyOf(notes));
        }
        throw new IllegalArgumentException(notes.isEmpty() ? missing(word) : String.join("; ", notes));
    }

    /**
     * Those that a person named for runs on several devices, as in {@code cuda:0,cuda:1}; one is named as for {@link #choose}.
     *
     * @throws IllegalArgumentException in one line with the remedy, when one of them cannot be used
     */
    public List<Choice> chooseEach(String asked) {
        List<String> words =
                Arrays.stream(asked.split(",", -1)).map(String::strip).toList();
        if (words.size() > 1) {
            boolean cpu = words.stream().allMatch("cpu"::equalsIgnoreCase);
            boolean cuda = words.stream().allMatch(word -> word.matches("(?i)cuda:\\d{1,4}"))
                    && words.stream().distinct().count() == words.size();
            if (!cpu && !cuda) {
                throw new IllegalArgumentException("devices \"" + asked
                        + "\": several are different CUDA devices by number, as in cuda:0,cuda:1, or cpu,cpu");
            }
        }
        return words.stream().map(this::choose).toList();
    }

    private static Choice chosen(Offer offer, List<String> notes) {
        if (offer.fault() != null) {
            throw new IllegalArgumentException(offer.device().spelled() + ": " + offer.fault());
        }
        return new Choice(offer.device(), offer.natives(), notes);
    }

    private String missing(String word) {
        if (driver().fault() != null) {
            return "there is no " + word + " here: " + driver().fault();
        }
        List<String> names = new ArrayList<>(List.of("cpu"));
        cuda().forEach(offer -> names.add(offer.device().spelled()));
        String hidden = driver().gpus().size() > cuda().size()
                ? " (" + (driver().gpus().size() - cuda().size()) + " more hidden by CUDA_VISIBLE_DEVICES)"
                : "";
        return "there is no " + word + " here; choose one of " + String.join(", ", names) + hidden;
    }

    /** Why there is no room on it now; null when there is. */
    public static @Nullable String noRoom(LocalDevice device) {
        Gpu gpu = device.gpu();
        if (gpu == null || gpu.freeBytes() < 0 || gpu.freeBytes() >= LEAST_FREE) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "only %.1f of %.0f GiB are free, others use it; wait for them (nvidia-smi shows whom), or choose another"
                        + " device",
                gpu.freeBytes() / (double) (1L << 30),
                gpu.memoryBytes() / (double) (1L << 30));
    }

    private static LocalDevice cpuDevice(long memoryBytes) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new LocalDevice("cpu", "cpu", model() + ", " + cores + " cores", memoryBytes, 1, -1, null);
    }

    /**
     * Of the machine, or of the container where it has a limit, or what of it is ours ({@code RUNYARD_MEMORY}, such as 64GiB), in bytes.
     *
     * @throws InvalidSpec for a {@code RUNYARD_MEMORY} that is no amount of memory
     */
    public static long machineMemory(Map<String, String> environment) {
        long all = ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
        String given = environment.getOrDefault("RUNYARD_MEMORY", "").strip();
        if (given.isEmpty()) {
            return all;
        }
        long ours = Placement.bytes(given);
        if (ours < 1) {
            throw new InvalidSpec(
                    "WRONG_TYPE", "RUNYARD_MEMORY", given, "is no amount of memory", "write it as 64GiB or 800MiB");
        }
        return Math.min(all, ours);
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
}
