package dev.runyard.agent.program;

import dev.runyard.spec.metric.MetricPoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a program takes, as curves of its run: memory and processors of all its processes from {@code /proc}, memory and load of its GPUs as
 * {@code nvidia-smi} samples them, what others do there included. Where the system does not tell, a curve is missing.
 *
 * <p>A curve's step is the program's, as far as its points tell, and rises by one at least from sample to sample.
 */
final class Consumption implements AutoCloseable {
    /** GiB, of what several processes share each its part. */
    static final String MEMORY = "system/program-memory";

    /** Processors that were busy, on average since the last sample. */
    static final String PROCESSORS = "system/program-processors";

    /** GiB, of all its GPUs. */
    static final String DEVICE_MEMORY = "system/device-memory";

    /** Percent, the mean of its GPUs. */
    static final String DEVICE_LOAD = "system/utilisation";

    private static final double KIB_OF_GIB = 1L << 20;
    private static final double MIB_OF_GIB = 1L << 10;

    /** What Linux counts the time of processes in, on every architecture. */
    private static final double TICKS = 100;

    private static final Path PROC = Path.of("/proc");

    private final Map<String, double[]> gpus = new HashMap<>();
    private final @Nullable Process smi;
    private long step;
    private long sampled = System.nanoTime();
    private double ticks;

    /**
     * @param devices as {@code CUDA_VISIBLE_DEVICES} names them; empty: none
     * @param from the step that the attempt goes on behind
     * @param every time between samples
     */
    Consumption(String devices, long from, Duration every) {
        this("nvidia-smi", devices, from, every);
    }

    /** @param program NVIDIA's, by its name or where it lies */
    Consumption(String program, String devices, long from, Duration every) {
        this.step = from;
        this.smi = devices.isBlank() ? null : follow(program, devices, every);
    }

    private @Nullable Process follow(String program, String devices, Duration every) {
        try {
            Process process = new ProcessBuilder(
                            program,
                            "--query-gpu=uuid,memory.used,utilization.gpu",
                            "--format=csv,noheader,nounits",
                            "-i",
                            devices,
                            "-lms",
                            Long.toString(every.toMillis()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            Thread reader = new Thread(() -> read(process), "gpu-usage");
            reader.setDaemon(true);
            reader.start();
            return process;
        } catch (IOException e) {
            return null; // no driver: nothing is known of the devices
        }
    }

    private void read(Process process) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] cells = line.strip().split("\\s*,\\s*", -1);
                if (cells.length == 3 && cells[1].matches("\\d+")) {
                    double load = cells[2].matches("\\d{1,3}") ? Double.parseDouble(cells[2]) : Double.NaN;
                    synchronized (gpus) {
                        gpus.put(cells[0], new double[] {Double.parseDouble(cells[1]) / MIB_OF_GIB, load});
                    }
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    /**
     * @param members its processes
     * @param reached the last step that the program's points tell of
     */
    List<MetricPoint> sample(Set<ProcessHandle> members, long reached) {
        List<MetricPoint> points = new ArrayList<>();
        long now = System.nanoTime();
        long time = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        step = Math.max(step + 1, reached);
        double memory = 0;
        double spent = 0;
        boolean told = false;
        for (ProcessHandle member : members) {
            Path of = PROC.resolve(Long.toString(member.pid()));
            double kib = kib(of);
            if (kib >= 0) {
                told = true;
                memory += kib / KIB_OF_GIB;
                spent += ticks(of);
            }
        }
        if (told) {
            points.add(new MetricPoint(MEMORY, step, null, memory, time));
            double busy = Math.max(0, spent - ticks) / TICKS / ((now - sampled) / 1e9);
            points.add(new MetricPoint(PROCESSORS, step, null, busy, time));
            ticks = spent;
        }
        sampled = now;
        synchronized (gpus) {
            if (!gpus.isEmpty()) {
                double used = gpus.values().stream().mapToDouble(gpu -> gpu[0]).sum();
                points.add(new MetricPoint(DEVICE_MEMORY, step, null, used, time));
                gpus.values().stream()
                        .mapToDouble(gpu -> gpu[1])
                        .filter(Double::isFinite)
                        .average()
                        .ifPresent(load -> points.add(new MetricPoint(DEVICE_LOAD, step, null, load, time)));
            }
        }
        return points;
    }

    /** Resident memory, of shared pages its part; -1: it ended, or the system does not tell. */
    private static double kib(Path of) {
        double part = line(of.resolve("smaps_rollup"), "Pss:");
        return part >= 0 ? part : line(of.resolve("status"), "VmRSS:");
    }

    private static double line(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException | java.io.UncheckedIOException e) {
            return -1;
        }
    }

    /** Its own and those of its children that it waited for, which are nobody else's any more. */
    private static double ticks(Path of) {
        try {
            String stat = Files.readString(of.resolve("stat"));
            // Behind the name, which may hold anything: state is the third field, utime the 14th.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Double.parseDouble(fields[11])
                    + Double.parseDouble(fields[12])
                    + Double.parseDouble(fields[13])
                    + Double.parseDouble(fields[14]);
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        if (smi != null) {
            smi.destroy();
        }
    }
}
