package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One run in this process, in a folder that belongs to it. Ctrl-C checkpoints; the same again goes on from there. */
final class LocalTraining {
    private static final int STOP_SECONDS = 60;

    private final RunSpec spec;
    private final Path out;

    /** @param out gets spec.json, metrics.jsonl, report.json, checkpoints and results */
    LocalTraining(RunSpec spec, Path out) {
        this.spec = spec;
        this.out = out;
    }

    /** Returns the exit code. */
    int run() throws IOException {
        int threads = LocalEngine.threads();
        LabHome home = LabHome.ofEnvironment();
        LocalEngine.prepare(home);
        keepSpec();
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
    private void keepSpec() throws IOException {
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
