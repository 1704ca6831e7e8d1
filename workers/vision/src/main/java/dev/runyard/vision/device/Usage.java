package dev.runyard.vision.device;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How much of its device and of the machine this process uses, from now until it is closed. Of a GPU what {@code nvidia-smi} samples
 * every two seconds, so what others do there counts too; of the CPU the process's own time.
 */
public final class Usage implements AutoCloseable {
    private static final String INTERVAL_MS = "2000";
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");

    private final int threads;
    private final long begin = System.nanoTime();
    private final long cpuBegin = cpuNanos();
    private @Nullable Process smi;
    private long deviceMib = -1;
    private double percents;
    private long samples;
    private long deviceMibNow = -1;
    private double percentNow = -1;
    private long since = begin;
    private long cpuSince = cpuBegin;

    private Usage(int threads) {
        this.threads = threads;
    }

    /**
     * @param device {@code cpu} or {@code cuda:N}
     * @param threads of arithmetic on the CPU
     */
    public static Usage of(String device, int threads) {
        Usage usage = new Usage(threads);
        forgetPeak();
        if (!device.equals("cpu")) {
            int ordinal = device.equals("cuda") ? 0 : Integer.parseInt(device.substring("cuda:".length()));
            var visible = Visible.of(Driver.here().gpus(), System.getenv("CUDA_VISIBLE_DEVICES"));
            if (ordinal < visible.size()) {
                usage.follow(visible.get(ordinal).uuid());
            }
        }
        return usage;
    }

    private void follow(String uuid) {
        try {
            Process process = new ProcessBuilder(
                            "nvidia-smi",
                            "--query-gpu=memory.used,utilization.gpu",
                            "--format=csv,noheader,nounits",
                            "-i",
                            uuid,
                            "-lms",
                            INTERVAL_MS)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            smi = process;
            Thread reader = new Thread(() -> read(process), "usage");
            reader.setDaemon(true);
            reader.start();
        } catch (IOException e) {
            // Nothing is known of the device then.
        }
    }

    private void read(Process process) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] cells = line.strip().split("\\s*,\\s*", -1);
                if (cells.length == 2 && cells[0].matches("\\d+")) {
                    sampled(Long.parseLong(cells[0]), cells[1]);
                }
            }
        } catch (IOException e) {
            // closed
        }
        over();
    }

    /** What was true when the driver last spoke is not true now. */
    private synchronized void over() {
        deviceMibNow = -1;
        percentNow = -1;
    }

    private synchronized void sampled(long mib, String percent) {
        deviceMib = Math.max(deviceMib, mib);
        deviceMibNow = mib;
        percentNow = -1;
        if (percent.matches("\\d{1,3}")) {
            percentNow = Integer.parseInt(percent);
            percents += percentNow;
            samples++;
        }
    }

    /** The device's memory at its fullest, in bytes; empty for the CPU and where the driver does not tell. */
    public synchronized OptionalLong devicePeakBytes() {
        return deviceMib < 0 ? OptionalLong.empty() : OptionalLong.of(deviceMib << 20);
    }

    /** Busy time of the device, or of the threads of arithmetic, in percent. */
    public synchronized OptionalDouble utilisation() {
        if (smi != null) {
            return samples == 0 ? OptionalDouble.empty() : OptionalDouble.of(percents / samples);
        }
        double wall = (double) (System.nanoTime() - begin) * threads;
        return OptionalDouble.of(Math.min(100, 100 * (cpuNanos() - cpuBegin) / wall));
    }

    /** The device's memory as it was sampled last, in bytes; empty for the CPU and where the driver does not tell. */
    public synchronized OptionalLong deviceBytes() {
        return deviceMibNow < 0 ? OptionalLong.empty() : OptionalLong.of(deviceMibNow << 20);
    }

    /** Busy time of a GPU in percent, as it was sampled last; empty for the CPU, whose {@link #processors} say it. */
    public synchronized OptionalDouble load() {
        return percentNow < 0 ? OptionalDouble.empty() : OptionalDouble.of(percentNow);
    }

    /** Processors that this process kept busy, on average since it was asked last; at first since this began. */
    public synchronized OptionalDouble processors() {
        long now = System.nanoTime();
        long cpu = cpuNanos();
        long wall = now - since;
        double busy = wall <= 0 ? 0 : Math.max(0, (double) (cpu - cpuSince) / wall);
        since = now;
        cpuSince = cpu;
        return wall <= 0 ? OptionalDouble.empty() : OptionalDouble.of(busy);
    }

    /** The process's resident memory now, in bytes; empty where there is no /proc. */
    public static OptionalLong processBytes() {
        return status("VmRSS:");
    }

    /** The process's resident memory at its fullest since this began, in bytes; empty where there is no /proc. */
    public static OptionalLong processPeakBytes() {
        return status("VmHWM:");
    }

    private static OptionalLong status(String name) {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** So that a process's peak is this use's and not that of one before. */
    private static void forgetPeak() {
        try {
            Files.writeString(CLEAR, "5");
        } catch (IOException e) {
            // The peak is then that of the process's life.
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getProcessCpuTime()
                : 0;
    }

    @Override
    public void close() {
        Process running = smi;
        if (running != null) {
            running.destroy();
        }
    }
}
