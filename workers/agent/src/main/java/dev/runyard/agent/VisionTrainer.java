package dev.runyard.agent;

import ai.djl.engine.EngineException;
import dev.runyard.agent.attempt.Trainer;
import dev.runyard.agent.device.LocalDevice;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingListener;
import java.nio.file.Path;

/** The product's own training on this process's device. */
final class VisionTrainer implements Trainer {
    private final TrainingOptions options;

    VisionTrainer(Settings settings, LocalDevice device) {
        this.options = new TrainingOptions(
                settings.threads(),
                device.index() < 0 ? "cpu" : "cuda",
                settings.home().resolve("data"));
    }

    /**
     * Loads the natives, so that the first attempt need not wait for them and a device without working ones is never offered.
     *
     * @throws IllegalArgumentException in one line, when they do not load
     */
    VisionTrainer ready() {
        try {
            Torch.use(options.device());
            Torch.enter();
            return this;
        } catch (EngineException | LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException(
                    "libtorch does not load (" + cause.getMessage() + "); \"runyard doctor\" tells what is missing", e);
        }
    }

    @Override
    public Outcome train(SpecDocument spec, Path dir, TrainingListener listener) {
        return new Training(spec, dir, options).run(listener);
    }
}
