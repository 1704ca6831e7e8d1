package dev.runyard.vision.gpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A CUDA device as {@code nvidia-smi} lists it.
 *
 * @param uuid what it is known by across restarts
 * @param name of the model
 * @param memoryBytes its own
 * @param index CUDA ordinal of a process that sees all devices; may change across restarts
 */
public record Gpu(String uuid, String name, long memoryBytes, int index) {
    private static final long MIB = 1L << 20;

    /** How people and specs name it: {@code cuda:0}. */
    public String spelled() {
        return "cuda:" + index;
    }

    /** Those of this machine; none where there is no driver. */
    public static List<Gpu> found() {
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
    static List<Gpu> parsed(String csv) {
        List<Gpu> gpus = new ArrayList<>();
        for (String line : csv.split("\\R")) {
            String[] cells = line.split(",", -1);
            if (cells.length == 4
                    && cells[0].startsWith("GPU-")
                    && cells[2].strip().matches("\\d+")
                    && cells[3].strip().matches("\\d+")) {
                gpus.add(new Gpu(
                        cells[0].strip(),
                        cells[1].strip(),
                        Long.parseLong(cells[2].strip()) * MIB,
                        Integer.parseInt(cells[3].strip())));
            }
        }
        return List.copyOf(gpus);
    }
}
