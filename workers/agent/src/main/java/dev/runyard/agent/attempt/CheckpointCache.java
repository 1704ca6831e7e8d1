package dev.runyard.agent.attempt;

import dev.runyard.agent.client.AttemptClient;
import dev.runyard.agent.client.Patience;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The checkpoints of one attempt on this machine. Before it begins, exactly one is there, and the service knows it: one that this
 * machine wrote later is not taken, because the points that belong to it may never have reached the service. What an earlier attempt
 * left here is not downloaded again, where it is the same byte for byte.
 */
final class CheckpointCache {
    /** Written last; what makes a checkpoint exist. */
    static final String MANIFEST = "manifest.json";

    private final Path checkpoints;

    private final List<Path> earlier;

    /** @param earlier folders of other attempts of the same run */
    CheckpointCache(Path attempt, List<Path> earlier) {
        this.checkpoints = checkpoints(attempt);
        this.earlier = earlier.stream().map(CheckpointCache::checkpoints).toList();
    }

    private static Path checkpoints(Path attempt) {
        return attempt.resolve("checkpoints");
    }

    /** What the service has of a checkpoint is not that checkpoint. */
    static final class Damaged extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    /**
     * Makes the first of these that is whole the only one here.
     *
     * @param offered checkpoints to go on from, the best choice first; none to begin at step 0
     * @param told of each that is damaged
     * @throws Damaged when all of them are: a run that had checkpoints never begins anew by itself
     */
    void prepare(List<CheckpointRef> offered, AttemptClient client, Patience patience, Consumer<Notice> told)
            throws IOException {
        Files.createDirectories(checkpoints);
        Path chosen = null;
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < offered.size() && chosen == null; i++) {
            CheckpointRef ref = offered.get(i);
            try {
                chosen = present(ref, client, patience);
            } catch (Damaged e) {
                faults.add(String.valueOf(e.getMessage()));
                told.accept(new Notice(Notice.Kind.CHECKPOINT_CORRUPT, String.valueOf(e.getMessage())));
            }
        }
        if (chosen == null && !offered.isEmpty()) {
            throw new Damaged(
                    "all " + faults.size() + " checkpoints in the store are damaged; the newest: " + faults.get(0));
        }
        for (Path folder : children(checkpoints)) {
            if (!folder.equals(chosen)) {
                delete(folder);
            }
        }
    }

    private Path present(CheckpointRef ref, AttemptClient client, Patience patience) throws IOException {
        Path folder = folder(checkpoints, ref);
        if (holds(folder, ref)) {
            return folder;
        }
        delete(folder);
        for (Path other : earlier) {
            if (Files.isRegularFile(folder(other, ref).resolve(MANIFEST)) && linked(folder(other, ref), ref, folder)) {
                return folder;
            }
        }
        download(ref, folder, client, patience);
        return folder;
    }

    private static Path folder(Path checkpoints, CheckpointRef ref) {
        return checkpoints.resolve(String.format(Locale.ROOT, "step-%09d", ref.step()));
    }

    /** Checkpoints are never changed where they lie, so that two attempts may share the bytes. */
    private boolean linked(Path from, CheckpointRef ref, Path folder) throws IOException {
        Path arriving = arriving(folder);
        try {
            for (CheckpointRef.File file : ref.files()) {
                Files.createLink(plain(arriving, file.name()), plain(from, file.name()));
            }
        } catch (IOException | UnsupportedOperationException e) {
            return false; // a file system without links, or it was removed meanwhile
        }
        if (!same(arriving, ref)) {
            return false;
        }
        arrived(arriving, ref, folder);
        return true;
    }

    private Path arriving(Path folder) throws IOException {
        Path arriving = checkpoints.resolve(folder.getFileName() + ".tmp-download");
        delete(arriving);
        return Files.createDirectories(arriving);
    }

    private static void arrived(Path arriving, CheckpointRef ref, Path folder) throws IOException {
        Files.writeString(arriving.resolve(MANIFEST), Json.canonical(ref));
        Files.move(arriving, folder);
    }

    private void download(CheckpointRef ref, Path folder, AttemptClient client, Patience patience) throws IOException {
        Path arriving = arriving(folder);
        for (CheckpointRef.File file : ref.files()) {
            Path target = plain(arriving, file.name());
            String sha256;
            try {
                sha256 = patience.call(() -> fetch(client, file, target));
            } catch (ServiceFault.Refused e) {
                throw new Damaged(
                        "checkpoint of step " + ref.step() + ": " + file.name() + " cannot be had: " + e.getMessage());
            }
            if (Files.size(target) != file.size() || !sha256.equals(file.sha256())) {
                throw new Damaged("checkpoint of step " + ref.step() + ": " + file.name() + " has SHA-256 " + sha256
                        + ", expected " + file.sha256());
            }
        }
        arrived(arriving, ref, folder);
    }

    /** @return SHA-256 of what came */
    static String fetch(AttemptClient client, CheckpointRef.File file, Path target) {
        try (InputStream in = client.load(file.sha256());
                OutputStream out = Files.newOutputStream(target)) {
            return Sha256.copy(in, out);
        } catch (IOException e) {
            if (TrainingFailure.diskFull(e)) {
                throw new UncheckedIOException(e);
            }
            throw new ServiceFault.Unavailable("download of " + file.name() + " broke off: " + e.getMessage());
        }
    }

    /** Whether a folder of this machine is that checkpoint, byte for byte. */
    private static boolean holds(Path folder, CheckpointRef ref) {
        return Files.isRegularFile(folder.resolve(MANIFEST)) && same(folder, ref);
    }

    private static boolean same(Path folder, CheckpointRef ref) {
        try {
            for (CheckpointRef.File file : ref.files()) {
                Path path = plain(folder, file.name());
                if (!Files.isRegularFile(path)
                        || Files.size(path) != file.size()
                        || !Sha256.of(path).equals(file.sha256())) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path plain(Path folder, String name) {
        Path path = folder.resolve(name);
        if (!name.equals(path.getFileName().toString()) || name.equals(MANIFEST) || name.startsWith(".")) {
            throw new Damaged("a checkpoint's file must have a plain name, not \"" + name + "\"");
        }
        return path;
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    /** A folder with all that is in it; nothing when it is not there. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
