package dev.runyard.vision.train.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.json.MalformedJson;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Retention;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of one run below {@code <dir>/checkpoints/step-…}. One exists when its manifest, written last, names every file with
 * size and SHA-256 and they agree. The last two and the best are kept; none is deleted before its successor was read back.
 */
public final class Checkpoints {
    /** Weights, statistics, momentum and progress. */
    public static final String STATE = "state.safetensors";

    /** A {@link CheckpointRef} as JSON. */
    public static final String MANIFEST = "manifest.json";

    private static final long LARGEST_MANIFEST = 1 << 20;

    private final Path folder;

    /** @param dir of the run */
    public Checkpoints(Path dir) {
        this.folder = dir.resolve("checkpoints");
    }

    /** Where the checkpoint of a step belongs; whoever restores one puts its files there, the manifest last. */
    public Path folder(long step) {
        return folder.resolve(String.format(Locale.ROOT, "step-%09d", step));
    }

    /** A folder with a manifest: a checkpoint that exists, or a damaged one. */
    public record Candidate(
            Path folder,
            @Nullable CheckpointRef ref,
            @Nullable String fault) {}

    /** Newest first. Folders without a manifest were cut off while being written and are left out. */
    public List<Candidate> candidates() throws IOException {
        List<Candidate> out = new ArrayList<>();
        for (Path path : folders()) {
            if (Files.exists(path.resolve(MANIFEST))) {
                out.add(candidate(path));
            }
        }
        return out;
    }

    private List<Path> folders() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(p -> String.valueOf(p.getFileName()).matches("step-\\d{9,}"))
                    .sorted(Comparator.comparingLong(Checkpoints::step).reversed())
                    .toList();
        }
    }

    private static long step(Path path) {
        return Long.parseLong(String.valueOf(path.getFileName()).substring("step-".length()));
    }

    private static Candidate candidate(Path path) throws IOException {
        try {
            Path manifest = path.resolve(MANIFEST);
            if (Files.size(manifest) > LARGEST_MANIFEST) {
                return new Candidate(path, null, "its manifest is larger than 1 MiB");
            }
            CheckpointRef ref = Json.read(Files.readAllBytes(manifest), CheckpointRef.class);
            if (ref.files() == null || ref.files().stream().noneMatch(f -> STATE.equals(f.name()))) {
                return new Candidate(path, null, "its manifest names no " + STATE);
            }
            if (ref.step() != step(path)) {
                return new Candidate(path, null, "its manifest is of step " + ref.step());
            }
            for (CheckpointRef.File file : ref.files()) {
                String fault = fault(path, file);
                if (fault != null) {
                    return new Candidate(path, null, fault);
                }
            }
            return new Candidate(path, ref, null);
        } catch (InvalidSpec | MalformedJson e) {
            return new Candidate(path, null, "its manifest cannot be read: " + e.getMessage());
        }
    }

    private static @Nullable String fault(Path path, CheckpointRef.File file) throws IOException {
        if (file.name() == null || file.name().contains("/") || file.name().contains("\\")) {
            return "its manifest names no plain file";
        }
        Path at = path.resolve(file.name());
        if (!Files.isRegularFile(at)) {
            return file.name() + " is missing";
        }
        if (Files.size(at) != file.size()) {
            return file.name() + " has " + Files.size(at) + " bytes instead of " + file.size();
        }
        return Sha256.of(at).equals(file.sha256()) ? null : file.name() + " has another SHA-256 than its manifest says";
    }

    /**
     * Refuses a checkpoint of something else.
     *
     * @throws TrainingFailure SPEC, DATA or WEIGHTS
     */
    public static void refuseOther(CheckpointRef ref, Identity identity) {
        refuse(FailureReason.SPEC, "spec", ref.specHash(), identity.spec().hash(), ref.step());
        if (!ref.dataHash().equals(identity.data())) {
            throw new TrainingFailure(
                    FailureReason.DATA,
                    "DATA_CHANGED: the data set is not what it was when the checkpoint of step " + ref.step()
                            + " was made (" + cut(ref.dataHash()) + ", now " + cut(identity.data())
                            + "): images, labels or classes were added, removed or replaced; put them back, or start a"
                            + " new run");
        }
        refuse(FailureReason.WEIGHTS, "backbone", ref.backboneHash(), identity.backbone(), ref.step());
        ref.inputs()
                .forEach((field, hash) -> refuse(
                        FailureReason.WEIGHTS,
                        "file of " + field,
                        hash,
                        identity.inputs().getOrDefault(field, "none"),
                        ref.step()));
    }

    private static void refuse(FailureReason reason, String what, String theirs, String ours, long step) {
        if (!ours.equals(theirs)) {
            throw new TrainingFailure(
                    reason,
                    "the checkpoint of step " + step + " belongs to another " + what + " (" + cut(theirs) + ", now "
                            + cut(ours) + "); use another folder, or the " + what + " it was made with");
        }
    }

    private static String cut(String hash) {
        return hash.length() > 12 ? hash.substring(0, 12) : hash;
    }

    /** Writes, reads back, then forgets what is no longer kept. */
    public CheckpointRef write(Progress progress, int epoch, Identity identity, SafetensorsWriter state)
            throws IOException {
        Path path = folder(progress.step());
        Files.createDirectories(path);
        Files.deleteIfExists(path.resolve(MANIFEST));
        sync(folder);
        Failpoint.CHECKPOINT_BEGUN.reach();
        state.write(path.resolve(STATE));
        CheckpointRef.File file =
                new CheckpointRef.File(STATE, Files.size(path.resolve(STATE)), Sha256.of(path.resolve(STATE)));
        CheckpointRef ref = new CheckpointRef(
                progress.step(),
                epoch,
                progress.isBest(),
                identity.spec().hash(),
                identity.data(),
                identity.backbone(),
                identity.inputs(),
                List.of(file));
        writeManifest(path, ref);
        Candidate written = candidate(path);
        if (written.ref == null) {
            throw new IOException("the checkpoint of step " + progress.step() + " did not survive: " + written.fault);
        }
        forget(progress.bestStep());
        return ref;
    }

    private static void writeManifest(Path path, CheckpointRef ref) throws IOException {
        byte[] json;
        try {
            json = Json.mapper().writeValueAsBytes(ref);
        } catch (JsonProcessingException e) {
            throw new IOException(e);
        }
        Path temporary = path.resolve(MANIFEST + ".tmp");
        try (FileChannel out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(json);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            Failpoint.MANIFEST_WRITTEN.reach();
            out.force(true);
            Failpoint.MANIFEST_SYNCED.reach();
        }
        Files.move(temporary, path.resolve(MANIFEST), StandardCopyOption.ATOMIC_MOVE);
        Failpoint.MANIFEST_RENAMED.reach();
        sync(path);
        Failpoint.CHECKPOINT_DURABLE.reach();
    }

    private void forget(long bestStep) throws IOException {
        for (Path spare : Retention.spare(folders(), folder -> step(folder) == bestStep)) {
            delete(spare);
        }
    }

    private static void delete(Path path) throws IOException {
        Files.deleteIfExists(path.resolve(MANIFEST)); // first: what is half deleted must not look whole
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(path);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
