package dev.runyard.vision.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's driver, as its own program {@code nvidia-smi} shows it.
 *
 * @param version such as {@code 550.54.14}; empty where there is none
 * @param gpus every device, whatever {@code CUDA_VISIBLE_DEVICES} says; of one that is divided (MIG) its parts
 * @param fault why a driver that is installed shows nothing, with the remedy, in one line; null when nothing is wrong
 */
public record Driver(
        String version, List<Gpu> gpus, @Nullable String fault) {
    /** A driver that lost a device answers late or never. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final long MIB = 1L << 20;
    private static final String FIELDS = "uuid,name,memory.total,memory.free,index,driver_version";
    private static final Path CONTROL = Path.of("/dev/nvidiactl");
    private static final Pattern WHOLE = Pattern.compile("GPU (\\d+):.*");
    private static final Pattern PART = Pattern.compile("\\s+MIG (\\S+)\\s+Device\\s+\\d+: \\(UUID: (MIG-[^)\\s]+)\\)");
    private static final Pattern GIGABYTES = Pattern.compile(".*?(\\d+)gb.*");

    /** What a program printed; null text: it did not end in time. */
    private record Said(int exit, @Nullable String text) {}

    /** The driver of this machine, asked once more at each call. */
    public static Driver here() {
        try {
            Said said =
                    asked("--query-gpu=" + FIELDS + ",compute_cap,mig.mode.current", "--format=csv,noheader,nounits");
            if (said.exit() == 2) { // a driver of before these two fields
                said = asked("--query-gpu=" + FIELDS, "--format=csv,noheader,nounits");
            }
            if (said.text() == null) {
                return broken("nvidia-smi gave no answer within " + PATIENCE.toSeconds()
                        + " s, so the NVIDIA driver hangs; load it anew or restart the machine");
            }
            if (said.exit() != 0) {
                return broken("nvidia-smi: " + first(said.text())
                        + "; install or load the NVIDIA driver, then try nvidia-smi by hand");
            }
            Driver driver = parsed(said.text());
            return said.text().contains("Enabled") ? driver.divided(asked("-L")) : driver;
        } catch (IOException e) {
            return Files.exists(CONTROL)
                    ? broken("there is a GPU (" + CONTROL
                            + ") but no nvidia-smi; install it, or start the container with"
                            + " NVIDIA_DRIVER_CAPABILITIES=compute,utility")
                    : new Driver("", List.of(), null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return broken("nvidia-smi was not heard to the end; try again");
        }
    }

    private static Driver broken(String why) {
        return new Driver("", List.of(), why);
    }

    /** Into a file, since a program that hangs would hold whoever reads its output. */
    private static Said asked(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile("nvidia-smi", ".out");
        try {
            List<String> command = new ArrayList<>(List.of("nvidia-smi"));
            command.addAll(List.of(arguments));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Said(-1, null);
            }
            return new Said(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
        } finally {
            Files.deleteIfExists(out);
        }
    }

    private static String first(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("it failed");
    }

    /** Lines such as {@code GPU-1b2c…, NVIDIA A100, 81920, 80000, 0, 550.54.14, 8.0, Disabled}; others are skipped. */
    static Driver parsed(String csv) {
        List<Gpu> gpus = new ArrayList<>();
        String version = "";
        for (String line : csv.split("\\R")) {
            String[] cells = line.strip().split("\\s*,\\s*", -1);
            if (cells.length >= 6
                    && cells[0].startsWith("GPU-")
                    && cells[2].matches("\\d+")
                    && cells[4].matches("\\d+")) {
                version = cells[5];
                gpus.add(new Gpu(
                        cells[0],
                        cells[1],
                        Long.parseLong(cells[2]) * MIB,
                        cells[3].matches("\\d+") ? Long.parseLong(cells[3]) * MIB : -1,
                        Integer.parseInt(cells[4]),
                        cells.length > 6 && cells[6].matches("\\d+\\.\\d+") ? cells[6] : ""));
            }
        }
        return new Driver(version, List.copyOf(gpus), null);
    }

    /** A divided device cannot be used as a whole: its parts take its place. */
    private Driver divided(Said list) {
        return list.exit() != 0 || list.text() == null ? this : divided(list.text());
    }

    /** @param list what {@code nvidia-smi -L} prints */
    Driver divided(String list) {
        List<Gpu> parts = new ArrayList<>();
        int whole = -1;
        for (String line : list.split("\\R")) {
            Matcher header = WHOLE.matcher(line);
            Matcher part = PART.matcher(line);
            if (header.matches()) {
                whole = Integer.parseInt(header.group(1));
            } else if (part.matches()) {
                int of = whole;
                gpus.stream()
                        .filter(gpu -> gpu.index() == of)
                        .findFirst()
                        .ifPresent(gpu -> parts.add(part(gpu, part.group(1), part.group(2))));
            }
        }
        List<Gpu> all = new ArrayList<>();
        for (Gpu gpu : gpus) {
            List<Gpu> own =
                    parts.stream().filter(part -> part.index() == gpu.index()).toList();
            all.addAll(own.isEmpty() ? List.of(gpu) : own);
        }
        return new Driver(version, List.copyOf(all), fault);
    }

    /** @param profile such as {@code 3g.20gb} */
    private static Gpu part(Gpu of, String profile, String uuid) {
        Matcher size = GIGABYTES.matcher(profile);
        long memory = size.matches() ? Long.parseLong(size.group(1)) * 1_000_000_000L : of.memoryBytes();
        return new Gpu(uuid, of.name() + " MIG " + profile, memory, -1, of.index(), of.capability());
    }

    /** Whether this version is at least that one, number by number. */
    boolean atLeast(String least) {
        return compared(version, least) >= 0;
    }

    /** Versions of numbers and dots; negative when {@code a} is older. */
    static int compared(String a, String b) {
        String[] as = a.split("\\.", -1);
        String[] bs = b.split("\\.", -1);
        for (int i = 0; i < Math.max(as.length, bs.length); i++) {
            int order = Integer.compare(number(as, i), number(bs, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int number(String[] parts, int at) {
        return at < parts.length && parts[at].matches("\\d{1,9}") ? Integer.parseInt(parts[at]) : 0;
    }
}
