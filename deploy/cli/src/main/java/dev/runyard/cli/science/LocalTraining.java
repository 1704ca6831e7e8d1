package dev.runyard.cli.science;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.HostPaths;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.device.Usage;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.CostMeter;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One run in this process, in a folder that belongs to it. Ctrl-C checkpoints; the same again goes on from there. */
final class LocalTraining {
    private static final int STOP_SECONDS = 60;

    private final ObjectNode written;
    private final Path out;
    private final DeviceOption device;

    /**
     * @param written the run spec of a file
     * @param out gets spec.json, metrics.jsonl, report.json, checkpoints and results
     */
    LocalTraining(ObjectNode written, Path out, DeviceOption device) {
        this.written = written;
        this.device = device;
        this.out = out;
    }

    /** Returns the exit code. */
    int run() throws IOException {
        int threads = LocalEngine.threads();
        LabHome home = LabHome.ofEnvironment();
        SpecDocument spec = kept();
        List<String> devices = device.openEach(home);
        String chosen = devices.get(0);
        CountDownLatch ended = new CountDownLatch(1);
        try (TrainingReport report =
                new TrainingReport(out, System.out, spec.spec().mark())) {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                report.stop();
                                await(ended);
                            },
                            "stop"));
            Outcome outcome;
            try (CostMeter meter = new CostMeter(report, spec.spec().batchSize(), Usage.of(chosen, threads))) {
                TrainingOptions options = new TrainingOptions(
                        threads,
                        chosen,
                        devices.subList(1, devices.size()),
                        LocalEngine.dataCache(home),
                        Places.of(System.getenv()));
                outcome = new Training(spec, out, options).run(meter);
                meter.end();
            }
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

    private boolean trained() throws IOException {
        Path checkpoints = out.resolve("checkpoints");
        if (Files.exists(out.resolve("weights.safetensors")) || Files.exists(out.resolve("backbone"))) {
            return true;
        }
        if (!Files.isDirectory(checkpoints)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(checkpoints)) {
            return entries.findAny().isPresent();
        }
    }

    /**
     * A folder belongs to one spec: going on with another would mix two trainings. What was kept first stays the run's spec, whatever
     * the version that wrote it: another writing of the same, read by that version's defaults, is the same.
     */
    private SpecDocument kept() throws IOException {
        Path file = out.resolve("spec.json");
        // A run that ended before its first checkpoint, on a bad image for example, left nothing to mix with.
        if (!Files.exists(file) || !trained()) {
            SpecDocument first = SpecDocument.submitted(written);
            Files.createDirectories(out);
            Files.writeString(file, first.text() + "\n");
            return first;
        }
        SpecDocument before = SpecDocument.stored(Files.readString(file));
        if (!before.means(written) && !absolute(before).means(written)) {
            throw Failure.badInput(
                    "SPEC_MISMATCH: " + out + " holds a training of another spec",
                    "give --out a new folder, or the spec in " + file);
        }
        return before;
    }

    /** Earlier versions kept relative paths as they were written; their checkpoints belong to that text. */
    private static SpecDocument absolute(SpecDocument before) {
        return SpecDocument.written(HostPaths.change(
                before.document(), (field, path) -> GivenPath.absolute(path).toString()));
    }
}
