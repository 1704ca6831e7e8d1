package dev.runyard.agent.program;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.SetupSpec;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a program needs on this machine, made once in a project for the same command and inputs. It stays at the place where it was made, since what a
 * virtual environment has in it names its own place; a file beside it, written last, says that it is whole.
 */
final class Setup {
    private static final String VARIABLE = "RUNYARD_SETUP_DIR";

    private final SetupSpec spec;
    private final Path code;
    private final Path cwd;
    private final Path made;
    private final String project;

    /**
     * @param project whose it is: what another project's setup made is never used, since any of its programs may have written there
     * @param rules of the worker; several may share its home
     */
    Setup(SetupSpec spec, String project, Path code, Path cwd, Programs.Rules rules) throws IOException {
        this.project = project;
        this.spec = spec;
        this.code = code;
        this.cwd = cwd;
        this.made = rules.home().toAbsolutePath().normalize().resolve("setup").resolve(key(rules.within()));
    }

    /** Runs a command to its end. */
    @FunctionalInterface
    interface Running {
        ProgramRun.End run(List<String> command, Path folder, Map<String, String> environment)
                throws IOException, InterruptedException;
    }

    /**
     * @param environment of the program; gets the folder that was made, whose bin is found first
     * @param order asked as long as another attempt of this machine makes the same
     * @return how the attempt ends because of it; null: it is there
     */
    @Nullable
    Outcome make(Map<String, String> environment, Supplier<Order> order, Running running)
            throws IOException, InterruptedException {
        environment.put(VARIABLE, made.toString());
        environment.merge("PATH", made.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
        Path done = made.resolveSibling(made.getFileName() + ".done");
        Files.createDirectories(made.getParent());
        Path lock = made.resolveSibling(made.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (!locked(channel, order)) {
                return new Outcome.GivenBack(0, Outcome.Cause.PREEMPTED);
            }
            if (Files.exists(done) && Files.isDirectory(made)) {
                return null;
            }
            Folders.delete(made);
            Files.createDirectories(made);
            ProgramRun.End end = running.run(spec.command(), cwd, environment);
            if (end.order() != Order.CONTINUE) {
                Folders.delete(made);
                return new Outcome.GivenBack(0, Outcome.Cause.PREEMPTED);
            }
            if (end.exit() != 0) {
                Folders.delete(made);
                if (end.diskFull()) {
                    return new Outcome.Failed(
                            0,
                            FailureReason.DISK_FULL,
                            "setup ended with " + end.said() + " for want of disk space; free some on this machine");
                }
                return new Outcome.Failed(
                        0,
                        FailureReason.SETUP,
                        "setup ended with " + end.said() + " on this machine; the end of the log says more");
            }
            Files.writeString(done, String.join(" ", spec.command()));
            return null;
        }
    }

    /** Waits for whoever makes the same, in this process or another; false: it was told to stop waiting. */
    private static boolean locked(FileChannel channel, Supplier<Order> order) throws IOException, InterruptedException {
        while (true) {
            try {
                FileLock held = channel.tryLock();
                if (held != null) {
                    return true;
                }
            } catch (OverlappingFileLockException e) {
                // an attempt of this process has it
            }
            if (order.get() != Order.CONTINUE) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    /** @param within what programs are handed to: in another container the same command makes something else */
    private String key(@Nullable Path within) throws IOException {
        Map<String, String> inputs = new LinkedHashMap<>();
        for (String input : spec.inputs()) {
            Path file = code.resolve(input);
            if (!Files.isRegularFile(file)) {
                throw new TrainingFailure(
                        FailureReason.SPEC, "setup.inputs: there is no file " + input + " in the code");
            }
            inputs.put(input, Sha256.of(file));
        }
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch")
                + (within == null ? "" : " " + Sha256.of(Files.readAllBytes(within)));
        return Sha256.of(Json.canonical(List.of(project, spec.command(), inputs, machine)))
                .substring(0, 32);
    }
}
