package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.method.net.StoredTensors;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import dev.runyard.vision.train.state.Checkpoints;
import dev.runyard.vision.train.state.Identity;
import dev.runyard.vision.train.state.PatientSave;
import dev.runyard.vision.train.state.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes a training up behind its newest whole checkpoint, and writes further ones. */
final class Checkpointing {
    private static final String PROGRESS = "run.progress";

    private final Checkpoints checkpoints;
    private final Identity identity;
    private final Supplier<Map<String, NDArray>> state;
    private final TrainingListener listener;

    private @Nullable Progress saved;
    private long savedAt = System.nanoTime();

    /**
     * @param dir of the run
     * @param state all that a step changes, by name; read when saved and filled when taken up
     */
    Checkpointing(Path dir, Identity identity, Supplier<Map<String, NDArray>> state, TrainingListener listener) {
        checkpoints = new Checkpoints(dir);
        this.identity = identity;
        this.state = state;
        this.listener = listener;
    }

    /** Step of the newest checkpoint; 0 when there is none. */
    long newest() {
        return saved == null ? 0 : saved.step();
    }

    /** Whole seconds since the last was written, or since the beginning. */
    long age() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - savedAt);
    }

    /** Writes one unless the newest is of the same progress, or the disk is full and the listener orders to stop. */
    void save(Progress progress, int epoch) throws IOException {
        if (progress.equals(saved)) {
            return;
        }
        SafetensorsWriter out = new SafetensorsWriter();
        state.get().forEach((name, array) -> StoredTensors.put(out, name, array));
        long[] longs = progress.toLongs();
        out.longs(PROGRESS, new long[] {longs.length}, longs);
        CheckpointRef ref =
                PatientSave.of(progress.step(), () -> checkpoints.write(progress, epoch, identity, out), listener);
        if (ref == null) {
            return; // told to stop while the disk is full: the checkpoint before is the newest
        }
        saved = progress;
        savedAt = System.nanoTime();
        listener.checkpoint(checkpoints.folder(progress.step()), ref);
    }

    /**
     * Fills the state from the newest whole checkpoint.
     *
     * @return its progress; {@link Progress#START} when there are none
     * @throws TrainingFailure when it is of something else, or when all are damaged
     */
    Progress resume() throws IOException {
        List<Checkpoints.Candidate> candidates = checkpoints.candidates();
        for (Checkpoints.Candidate candidate : candidates) {
            String fault = candidate.fault();
            if (candidate.ref() != null) {
                Checkpoints.refuseOther(candidate.ref(), identity);
                fault = load(candidate.folder().resolve(Checkpoints.STATE));
            }
            if (fault == null && saved != null) {
                listener.log("goes on behind step " + saved.step());
                return saved;
            }
            listener.notice(new Notice(
                    Notice.Kind.CHECKPOINT_CORRUPT, candidate.folder().getFileName() + ": " + fault));
        }
        if (!candidates.isEmpty()) {
            throw new TrainingFailure(
                    FailureReason.NO_VALID_CHECKPOINT,
                    "all " + candidates.size() + " checkpoints are damaged ("
                            + candidates.get(0).folder().getFileName() + ": "
                            + candidates.get(0).fault() + "); retry in an empty folder to begin again");
        }
        return Progress.START;
    }

    /** Returns the fault, or null when everything was taken over. */
    private @Nullable String load(Path file) throws IOException {
        List<String> differences = new ArrayList<>();
        try (Safetensors in = Safetensors.open(file)) {
            if (!in.has(PROGRESS)) {
                return PROGRESS + " is missing";
            }
            Progress found = Progress.of(in.longs(PROGRESS));
            for (var e : state.get().entrySet()) {
                StoredTensors.fill(in, e.getKey(), e.getKey(), e.getValue(), differences);
            }
            if (!differences.isEmpty()) {
                return differences.get(0);
            }
            saved = found;
            return null;
        } catch (SafetensorsException e) {
            return e.getMessage();
        }
    }
}
