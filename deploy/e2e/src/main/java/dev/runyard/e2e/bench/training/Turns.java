package dev.runyard.e2e.bench.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.e2e.lab.LabProcess;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program that does a piece of work for each line it is sent, so that several can take turns on one machine. It answers each with a
 * line of JSON: {@code ms}, {@code peak_mb} resident so far, {@code base_mb} resident before its first piece of work, {@code loss}.
 */
final class Turns implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final Process process;
    private final BufferedReader in;
    private final BufferedWriter out;
    private final List<Double> times = new ArrayList<>();
    private final List<Double> processor = new ArrayList<>();
    private double peak;
    private double base;

    /** @param threads that OpenMP may use for one operation */
    Turns(String name, List<String> command, int threads) throws IOException {
        this.name = name;
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OMP_NUM_THREADS", String.valueOf(threads));
        process = builder.start();
        in = process.inputReader(StandardCharsets.UTF_8);
        out = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** The command that runs a program of the product's science. */
    static List<String> runyard(String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "java",
                "-Xmx512m",
                "-Dai.djl.offline=true",
                "-cp",
                LabProcess.repositoryRoot().resolve("workers/agent/target/agent/lib") + "/*",
                main));
        command.addAll(List.of(arguments));
        return command;
    }

    String name() {
        return name;
    }

    /** Lets it do one piece of work, and waits for the end. */
    JsonNode take(String work, boolean counted) throws IOException {
        double before = used();
        out.write(work + "\n");
        out.flush();
        String line = in.readLine();
        while (line != null && !line.startsWith("{")) {
            line = in.readLine();
        }
        if (line == null) {
            throw new IOException(name + " ended early");
        }
        JsonNode answer = JSON.readTree(line);
        peak = answer.get("peak_mb").asDouble();
        base = answer.get("base_mb").asDouble();
        if (counted) {
            times.add(answer.get("ms").asDouble());
            processor.add(used() - before);
        }
        return answer;
    }

    /** Processor time so far, ms, with that of the program's own workers. */
    private double used() {
        try (Stream<ProcessHandle> workers = process.descendants()) {
            return Stream.concat(Stream.of(process.toHandle()), workers)
                    .mapToDouble(one -> one.info()
                            .totalCpuDuration()
                            .map(time -> time.toNanos() / 1e6)
                            .orElse(0.0))
                    .sum();
        }
    }

    /** Of each turn that counted, ms. */
    List<Double> times() {
        return List.copyOf(times);
    }

    /** Of each turn that counted, ms, of all threads and workers together: less shaken by other programs than the time is. */
    List<Double> processor() {
        return List.copyOf(processor);
    }

    /** MB, the most that was resident. */
    double peak() {
        return peak;
    }

    /** MB, how much the work added to what was resident before it. */
    double added() {
        return peak - base;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
