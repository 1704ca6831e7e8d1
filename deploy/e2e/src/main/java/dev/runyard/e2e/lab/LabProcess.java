package dev.runyard.e2e.lab;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code deploy/runyard up} on a home of its own, as a user would start it. Only processes below the one that was started here
 * are ever signalled.
 */
public final class LabProcess implements AutoCloseable {
    private static final int LOG_LINES = 60;
    private static final Duration READY_WITHIN = Duration.ofMinutes(10);

    private final Path root;
    private final Path home;
    private final int port;
    private final Map<String, String> extra;
    private @Nullable Process up;

    private LabProcess(Path root, Path home, int port, Map<String, String> extra) {
        this.root = root;
        this.home = home;
        this.port = port;
        this.extra = extra;
    }

    /**
     * Starts a lab and waits until it answers.
     *
     * @param home an empty or an existing home
     * @param extra environment beside RUNYARD_HOME and RUNYARD_PORT
     */
    public static LabProcess start(Path home, Map<String, String> extra) throws IOException, InterruptedException {
        return start(repositoryRoot(), home, extra);
    }

    /** @param root of the tree whose {@code deploy/runyard} is used, which must be built */
    public static LabProcess start(Path root, Path home, Map<String, String> extra)
            throws IOException, InterruptedException {
        LabProcess lab = new LabProcess(root, home, freePort(), extra);
        lab.up();
        return lab;
    }

    /** Starts it (again) on the same home and port. */
    public void up() throws IOException, InterruptedException {
        if (up != null && up.isAlive()) {
            throw new IllegalStateException("the lab is already running");
        }
        Files.createDirectories(home);
        ProcessBuilder builder = command("up");
        builder.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(home.resolve("up.out").toFile()));
        up = builder.start();
        Instant end = Instant.now().plus(READY_WITHIN);
        LabClient client = client();
        while (Instant.now().isBefore(end)) {
            if (!up.isAlive()) {
                throw new IOException("runyard up ended with " + up.exitValue() + ":\n" + output() + serviceLog());
            }
            if (client.ready()) {
                return;
            }
            Thread.sleep(100);
        }
        throw new IOException("the lab was not ready within " + READY_WITHIN + ":\n" + output() + serviceLog());
    }

    /** The command line of the product with this lab's environment. */
    public ProcessBuilder command(String... arguments) {
        ProcessBuilder builder =
                new ProcessBuilder(root.resolve("deploy/runyard").toString());
        builder.command().addAll(List.of(arguments));
        builder.directory(root.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("RUNYARD_HOME", home.toString());
        environment.put("RUNYARD_PORT", Integer.toString(port));
        environment.put("RUNYARD_BUILD", "never");
        environment.putAll(extra);
        return builder;
    }

    /** Runs one command to its end. */
    public static Result run(ProcessBuilder builder, Duration within) throws IOException, InterruptedException {
        Path out = Files.createTempFile("runyard", ".out");
        Path err = Files.createTempFile("runyard", ".err");
        try {
            Process process = builder.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                List<ProcessHandle> below = process.descendants().toList();
                process.destroyForcibly();
                below.forEach(ProcessHandle::destroyForcibly);
                throw new IOException(builder.command() + " did not end within " + within + ":\n"
                        + Files.readString(out) + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    /** How a command ended. */
    public record Result(int exit, String out, String err) {}

    public LabClient client() {
        return new LabClient(URI.create("http://127.0.0.1:" + port), home);
    }

    public Path home() {
        return home;
    }

    public String output() throws IOException {
        Path log = home.resolve("up.out");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** The end of the service's own log: a test's folder is gone before anybody can look into it. */
    private String serviceLog() throws IOException {
        Path log = home.resolve("logs/service.log");
        if (!Files.exists(log)) {
            return "";
        }
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** The worker's process, if one is alive. */
    public Optional<ProcessHandle> worker() {
        return child("dev.runyard.agent.Agent");
    }

    /** The service's process, if it is alive. */
    public Optional<ProcessHandle> service() {
        return child("quarkus-run.jar");
    }

    /** The launcher and all below it that are alive. */
    public List<ProcessHandle> processes() {
        Process process = up;
        return process == null
                ? List.of()
                : Stream.concat(Stream.of(process.toHandle()), process.descendants())
                        .filter(ProcessHandle::isAlive)
                        .toList();
    }

    private Optional<ProcessHandle> child(String mark) {
        Process process = up;
        return process == null
                ? Optional.empty()
                : process.descendants()
                        .filter(ProcessHandle::isAlive)
                        .filter(p ->
                                commandLine(p).contains(mark) && commandLine(p).contains("java"))
                        .findFirst();
    }

    /** {@code /proc} tells what {@link ProcessHandle.Info} cuts off. */
    static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    /** {@code kill -9} of the launcher and all below it, Postgres too: a power cut, but for the disk's cache. */
    public void killEverything() throws InterruptedException {
        Process process = up;
        if (process == null) {
            return;
        }
        List<ProcessHandle> all = process.descendants().toList();
        process.toHandle().destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        process.waitFor(30, TimeUnit.SECONDS);
        Instant end = Instant.now().plusSeconds(30);
        while (all.stream().anyMatch(ProcessHandle::isAlive) && Instant.now().isBefore(end)) {
            Thread.sleep(50);
        }
        up = null;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        Process process = up;
        if (process == null) {
            return;
        }
        List<ProcessHandle> all = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        all.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
        up = null;
    }

    /** The repository that holds {@code deploy/runyard}, looked for from the working directory upwards. */
    public static Path repositoryRoot() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            if (Files.isRegularFile(p.resolve("deploy/runyard"))) {
                return p;
            }
        }
        throw new IllegalStateException("run this inside the repository");
    }

    /** The folder of test data beside the repository, if it is there. */
    public static Optional<Path> sharedData() {
        Path given = Path.of(System.getProperty(
                "runyard.shared", repositoryRoot().resolveSibling("shared").toString()));
        return Optional.of(given.resolve("data")).filter(Files::isDirectory);
    }

    /**
     * A port that nobody listens on, below those that the system gives to outgoing connections: one of them could take it while the
     * lab restarts.
     */
    public static int freePort() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress("127.0.0.1", port));
                return port;
            } catch (BindException e) {
                // taken: another
            }
        }
        throw new IOException("no free port was found");
    }
}
