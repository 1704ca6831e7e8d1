package dev.runyard.e2e;

import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One service of a lab as its image starts it: a JVM with a home of its own, and nobody who starts it again. */
final class LabService implements AutoCloseable {
    private final Path home;
    private final int port;
    private final Process process;

    private LabService(Path home, int port, Process process) {
        this.home = home;
        this.port = port;
        this.process = process;
    }

    /** @param environment beside home and port */
    static LabService start(Path home, Map<String, String> environment) throws IOException, InterruptedException {
        Files.createDirectories(home);
        ProcessBuilder version = new ProcessBuilder(
                LabProcess.repositoryRoot().resolve("deploy/runyard").toString(), "--version");
        version.environment().put("RUNYARD_BUILD", "never");
        LabProcess.run(version, Duration.ofMinutes(2)); // installs what Maven built
        Path installed = LabProcess.repositoryRoot().resolve("deploy/target/installed");
        Path jar = installed
                .resolve(Files.readString(installed.resolve("current")).strip())
                .resolve("service/quarkus-run.jar");
        int port = LabProcess.freePort();
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-jar",
                jar.toString());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("RUNYARD_"));
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("RUNYARD_HOME", home.toString());
        builder.environment().put("RUNYARD_PORT", Integer.toString(port));
        return new LabService(
                home,
                port,
                builder.redirectErrorStream(true)
                        .redirectOutput(home.resolve("service.out").toFile())
                        .start());
    }

    int port() {
        return port;
    }

    LabService awaitReady() throws IOException, InterruptedException {
        Instant end = Instant.now().plus(Duration.ofMinutes(8));
        while (!LabClient.of("http://127.0.0.1:" + port, home).ready()) {
            if (!process.isAlive() || Instant.now().isAfter(end)) {
                throw new IOException("no service came up: " + said());
            }
            Thread.sleep(200);
        }
        return this;
    }

    /** The command line beside it, as {@code docker compose exec} has it; gives what it printed. */
    String types(String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                LabProcess.repositoryRoot().resolve("deploy/runyard").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("RUNYARD_"));
        builder.environment().put("RUNYARD_HOME", home.toString());
        builder.environment().put("RUNYARD_BUILD", "never");
        LabProcess.Result result = LabProcess.run(builder, Duration.ofMinutes(5));
        if (result.exit() != 0) {
            throw new IOException(List.of(arguments) + ": " + result.err());
        }
        return result.out().strip();
    }

    /** All that it printed. */
    String said() throws IOException {
        return Files.readString(home.resolve("service.out"));
    }

    boolean alive() {
        return process.isAlive();
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            kill();
        }
    }
}
