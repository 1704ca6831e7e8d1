package dev.runyard.agent;

import dev.runyard.agent.attempt.Attempt;
import dev.runyard.agent.attempt.FetchedPlaces;
import dev.runyard.agent.attempt.Trainer;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.device.CudaFault;
import dev.runyard.vision.device.Driver;
import dev.runyard.vision.device.LocalDevice;
import dev.runyard.vision.device.SelfTest;
import dev.runyard.vision.device.Usage;
import dev.runyard.vision.look.Look;
import dev.runyard.vision.place.Places;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.CostMeter;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The product's own training on this process's device. */
final class VisionTrainer implements Trainer {
    private final LocalDevice device;
    private final Places named;

    /** With the places that the host offers: what it names and cannot read it takes from the lab, as a host that does not name it. */
    private volatile TrainingOptions options;

    private final FetchedPlaces fetched;

    VisionTrainer(Settings settings, LocalDevice device) {
        this.device = device;
        this.options = new TrainingOptions(
                        settings.threads(), device.spelled(), settings.home().resolve("data"))
                .with(settings.places().only(Set.of()));
        this.named = settings.places();
        this.fetched = new FetchedPlaces(settings.home().resolve("places"), settings.cache());
    }

    /** The device does not work; the message is one line with the remedy. */
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Loads the natives and computes something, so that the first attempt need not wait and a device that fails is never offered. */
    VisionTrainer ready() throws Unfit {
        try {
            SelfTest.begin(options.device());
            return this;
        } catch (RuntimeException | LinkageError e) {
            throw new Unfit(CudaFault.line(e), e);
        }
    }

    @Override
    public Outcome run(SpecDocument spec, List<String> beside, Path dir, Attempt attempt)
            throws IOException, InterruptedException {
        TrainingOptions own = options;
        try (FetchedPlaces.Held held = fetched.hold(own.places(), attempt.places(), attempt)) {
            return train(spec, own.with(held.with(own.places())), beside, dir, attempt);
        }
    }

    @Override
    public Outcome train(SpecDocument written, Path dir, TrainingListener listener) {
        return train(written, List.of(), dir, listener);
    }

    @Override
    public Outcome train(SpecDocument spec, List<String> beside, Path dir, TrainingListener listener) {
        return train(spec, options, beside, dir, listener);
    }

    private static Outcome train(
            SpecDocument spec, TrainingOptions options, List<String> beside, Path dir, TrainingListener listener) {
        TrainingOptions all =
                options.with(beside.stream().map(LocalDevice::elsewhere).toList());
        int batchSize = spec.spec().batchSize();
        try (CostMeter meter = new CostMeter(listener, batchSize, Usage.of(options.device(), options.threads()))) {
            Outcome outcome = spec.spec().task().looks()
                    ? new Look(spec, dir, options, meter).run()
                    : new Training(spec, dir, all).run(meter);
            meter.end();
            return outcome;
        } catch (Places.Absent e) {
            return new Outcome.Failed(0, e.reason(), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void offers(Set<String> needs) {
        options = options.with(named.only(needs));
    }

    @Override
    public @Nullable String lost(Throwable failure) {
        Optional<CudaFault> fault = CudaFault.in(failure);
        if (fault.isEmpty() || !device.cuda()) {
            return null;
        }
        Driver driver = Driver.here();
        if (driver.fault() != null) {
            return driver.fault();
        }
        if (driver.gpus().stream().noneMatch(gpu -> device.key().startsWith(gpu.uuid()))) {
            return "the driver no longer shows it; " + CudaFault.line(failure);
        }
        return fault.get().ofTheDevice() ? CudaFault.line(failure) : null;
    }
}
