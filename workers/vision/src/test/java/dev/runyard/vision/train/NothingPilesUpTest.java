package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.CheckpointSpec;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.vision.nd.ArraysAlive;
import dev.runyard.vision.train.input.TrainingOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays and managers of the engine over a long training, and what a step moves between it and Java. */
class NothingPilesUpTest {
    private static final int EPOCHS = 20;
    private static final int STEPS = 10 * EPOCHS;

    /** Arrays of the batch that is read meanwhile; one left behind by each epoch would be more. */
    private static final int AHEAD = 8;

    /** After the first of 20 epochs, each with a validation and a checkpoint, there are as many as after the last. */
    @Test
    void twoHundredStepsHoldWhatTenDo(@TempDir Path dir) {
        RunSpec spec = new RunSpec(
                null,
                new DatasetSpec("shapes", null, null, 40, 10),
                null,
                new MethodSpec.Pgn(null, 48, 3, 8, null, null),
                new ClassifierSpec(ClassifierSpec.Kind.LINEAR, null),
                new OptimizerSpec(OptimizerSpec.Kind.ADAMW, 0.001, null, null),
                new ScheduleSpec(EPOCHS, 1, 0.0),
                4,
                Augment.FLIP_CROP,
                0L,
                new CheckpointSpec(1, 3_600),
                null,
                null);
        TreeMap<Long, List<Long>> alive = new TreeMap<>();
        Recorder recorder = new Recorder() {
            @Override
            public void checkpoint(Path folder, CheckpointRef ref) {
                super.checkpoint(folder, ref);
                alive.put(
                        step,
                        List.of(
                                ArraysAlive.of("ai.djl.pytorch.engine.PtNDArray"),
                                ArraysAlive.of("ai.djl.pytorch.engine.PtNDManager"),
                                ArraysAlive.of("ai.djl.ndarray.NDScope")));
            }
        };
        Outcome outcome =
                new Training(spec, dir.resolve("run"), TrainingOptions.cpu(dir.resolve("cache"))).run(recorder);
        assertThat(outcome).isEqualTo(new Outcome.Finished(STEPS));
        assertThat(alive).hasSize(EPOCHS);
        assertThat(alive.firstEntry().getValue().get(0)).isPositive();
        for (int kind = 0; kind < 3; kind++) {
            assertThat(alive.lastEntry().getValue().get(kind))
                    .isLessThanOrEqualTo(alive.firstEntry().getValue().get(kind) + AHEAD);
        }
        assertThat(recorder.waits).as("steps in which a GPU would wait").isSubsetOf(1L);
    }
}
