package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.vision.device.Devices;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the product's parts are, and how each is started.
 *
 * @param folder of one build, which no later build changes
 */
record Installation(Path folder) {
    static Installation found() {
        String folder = System.getProperty("runyard.installed");
        if (folder == null) {
            throw Failure.fault("the product's folder is unknown", "start the command by deploy/runyard");
        }
        return new Installation(Path.of(folder));
    }

    Path serviceJar() {
        return folder.resolve("service/quarkus-run.jar");
    }

    Path agentLib() {
        return folder.resolve("agent/lib");
    }

    List<String> service(LabHome home) {
        List<String> command = java();
        // Serial collection and few code tiers start fast and stay small; the service waits for Postgres most of the
        // time.
        command.addAll(options("RUNYARD_SERVICE_OPTS", "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"));
        command.add(crashReport(home));
        command.add("-jar");
        command.add(require(serviceJar()).toString());
        return command;
    }

    /** @param workers that share this machine */
    List<String> worker(LabHome home, String url, int workers) {
        List<String> command = java();
        command.addAll(options("RUNYARD_WORKER_OPTS", memory(Devices.machineMemory(System.getenv()), workers)));
        command.add(crashReport(home));
        command.add("-Dai.djl.offline=true");
        command.add("-cp");
        command.add(require(agentLib()) + "/*");
        command.add("dev.runyard.agent.Agent");
        command.add("--server");
        command.add(url);
        return command;
    }

    /**
     * A worker's memory by the machine's: a quarter of its part for the heap, half of it for buffers outside, where weights and images
     * pass through; what libtorch itself takes is in neither.
     */
    static String[] memory(long machineBytes, int workers) {
        long part = machineBytes / Math.max(1, workers) >> 20;
        long heap = Math.min(8_192, Math.max(512, part / 4));
        long direct = Math.min(65_536, Math.max(1_024, part / 2));
        return new String[] {
            "-Xmx" + heap + "m", "-XX:MaxDirectMemorySize=" + direct + "m", "-XX:+ExitOnOutOfMemoryError"
        };
    }

    /** What the JVM writes when native code crashes; by default it would lie in whatever folder the command was typed in. */
    private static String crashReport(LabHome home) {
        return "-XX:ErrorFile=" + home.log("crash-%p");
    }

    /** This very command again, for the background. */
    List<String> self(String... arguments) {
        List<String> command = java();
        command.add("-Drunyard.installed=" + folder);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("dev.runyard.cli.Runyard");
        command.addAll(List.of(arguments));
        return command;
    }

    /** In a session of its own where that is possible: Ctrl-C is for the one who stops the parts in order. */
    private static List<String> java() {
        List<String> command = new ArrayList<>();
        onPath("setsid").ifPresent(setsid -> command.add(setsid.toString()));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        return command;
    }

    private static List<String> options(String variable, String... otherwise) {
        String given = System.getenv(variable);
        return given == null ? List.of(otherwise) : List.of(given.strip().split("\\s+"));
    }

    private static Path require(Path part) {
        if (!Files.exists(part)) {
            throw Failure.fault(part + " is missing", "run deploy/runyard with RUNYARD_BUILD=always");
        }
        return part;
    }

    static Optional<Path> onPath(String program) {
        String path = System.getenv("PATH");
        return path == null
                ? Optional.empty()
                : Stream.of(path.split(":", -1))
                        .filter(folder -> !folder.isEmpty())
                        .map(folder -> Path.of(folder, program))
                        .filter(Files::isExecutable)
                        .findFirst();
    }
}
