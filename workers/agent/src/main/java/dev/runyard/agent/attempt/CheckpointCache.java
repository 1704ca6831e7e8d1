package dev.runyard.agent.attempt;

import dev.runyard.agent.client.AttemptClient;
import dev.runyard.agent.client.Patience;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.Json;
import dev.runyard.spec.report.CheckpointRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of one run on this machine. Before an attempt begins, exactly the one that the service names is there: one that
 * this machine wrote later is deleted, because the points that belong to it may never have reached the service.
 */
final class CheckpointCache {
    /** Written last; what makes a checkpoint exist. */
    static final String MANIFEST = "manifest.json";

    private final Path checkpoints;

    CheckpointCache(Path runFolder) {
        this.checkpoints = runFolder.resolve("checkpoints");
    }

    /** A checkpoint that the service has arrived damaged. */
    static final class Damaged extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    /**
     * @param ref the checkpoint to go on from; null to begin at step 0
     * @throws Damaged when what the service sends is not what the ref promises
     */
    void prepare(@Nullable CheckpointRef ref, AttemptClient client, Patience patience) throws IOException {
        Files.createDirectories(checkpoints);
        Path wanted = ref == null ? null : folder(ref);
        for (Path folder : children(checkpoints)) {
            if (!folder.equals(wanted) || !holds(folder, ref)) {
                delete(folder);
            }
        }
        if (ref != null && wanted != null && !Files.exists(wanted)) {
            download(ref, wanted, client, patience);
        }
    }

    private Path folder(CheckpointRef ref) {
        return checkpoints.resolve(String.format(Locale.ROOT, "step-%09d", ref.step()));
    }

    private void download(CheckpointRef ref, Path folder, AttemptClient client, Patience patience) throws IOException {
        Path arriving = checkpoints.resolve(folder.getFileName() + ".tmp-download");
        delete(arriving);
        Files.createDirectories(arriving);
        for (CheckpointRef.File file : ref.files()) {
            Path target = plain(arriving, file.name());
            String sha256 = patience.call(() -> fetch(client, file, target));
            if (Files.size(target) != file.size() || !sha256.equals(file.sha256())) {
                throw new Damaged("checkpoint of step " + ref.step() + ": " + file.name() + " has SHA-256 " + sha256
                        + ", expected " + file.sha256());
            }
        }
        Files.writeString(arriving.resolve(MANIFEST), Json.canonical(ref));
        Files.move(arriving, folder);
    }

    private static String fetch(AttemptClient client, CheckpointRef.File file, Path target) {
        try (InputStream in = client.load(file.sha256());
                OutputStream out = Files.newOutputStream(target)) {
            return Sha256.copy(in, out);
        } catch (IOException e) {
            if (Failures.diskFull(e)) {
                throw new UncheckedIOException(e);
            }
            throw new ServiceFault.Unavailable("download of " + file.name() + " broke off: " + e.getMessage());
        }
    }

    /** Whether a folder of this machine is that checkpoint, byte for byte. */
    private static boolean holds(Path folder, @Nullable CheckpointRef ref) {
        try {
            if (ref == null || !Files.isRegularFile(folder.resolve(MANIFEST))) {
                return false;
            }
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
