package dev.runyard.cli.science;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.remote.SpecFile;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.Json;
import dev.runyard.spec.RunSpec;
import dev.runyard.spec.report.Outcome;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.TrainingFailure;
import dev.runyard.vision.train.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard train}: one run in this process. Ctrl-C checkpoints; the same command again goes on from there. */
@Command(name = "train", description = "Train a run spec here, with no lab. Run again to resume.")
public final class TrainCommand implements Callable<Integer> {
    private static final int STOP_SECONDS = 60;

    @Parameters(paramLabel = "FILE", description = "A run spec, YAML or JSON; task: pretrain makes a backbone.")
    Path file;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Gets spec.json, metrics.jsonl, report.json, checkpoints and results.")
    Path out;

    @Override
    public Integer call() throws IOException {
        ObjectNode tree = SpecFile.read(file);
        if (tree.has("base")) {
            throw Failure.badInput(file + " is a sweep", "\"runyard submit\" queues it; train takes a run");
        }
        RunSpec spec = Json.read(tree, RunSpec.class);
        int threads = LocalEngine.threads();
        LabHome home = LabHome.ofEnvironment();
        LocalEngine.prepare(home);
        keepSpec(spec);
        CountDownLatch ended = new CountDownLatch(1);
        try (TrainingReport report = new TrainingReport(out, System.out)) {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                report.stop();
                                await(ended);
                            },
                            "stop"));
            Outcome outcome = new Training(spec, out, new TrainingOptions(threads, "cpu", LocalEngine.dataCache(home)))
                    .run(report);
            report.end(outcome);
            return outcome instanceof Outcome.Finished ? 0 : Failure.FAULT;
        } catch (TrainingFailure e) {
            throw switch (e.reason()) {
                case SPEC, DATA, WEIGHTS -> Failure.badInput(e.reason() + ": " + e.getMessage(), null);
                default -> Failure.fault(e.reason() + ": " + e.getMessage(), "see " + out.resolve("metrics.jsonl"), e);
            };
        } finally {
            ended.countDown();
        }
    }

    private static void await(CountDownLatch ended) {
        try {
            ended.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A folder belongs to one spec: going on with another would mix two trainings. */
    private void keepSpec(RunSpec spec) throws IOException {
        Path kept = out.resolve("spec.json");
        String now = Json.canonical(spec);
        try {
            Files.createDirectories(out);
            if (Files.exists(kept)) {
                RunSpec before = Json.read(Files.readString(kept), RunSpec.class);
                if (!Json.canonical(before).equals(now)) {
                    throw Failure.badInput(
                            "SPEC_MISMATCH: " + out + " holds a training of another spec",
                            "give --out a new folder, or the spec in " + kept);
                }
            } else {
                Files.writeString(kept, now + "\n");
            }
        } catch (java.nio.file.FileSystemException e) {
            throw Failure.badInput(
                    "cannot write to " + out + " (" + e.getClass().getSimpleName() + ")", "check --out");
        }
    }
}
