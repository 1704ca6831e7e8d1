package dev.runyard.agent.program;

import dev.runyard.agent.attempt.Attempt;
import dev.runyard.agent.client.ServiceFault;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.run.CodeSpec;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a program, as they were when its run was submitted, in a folder that the attempt may write to. */
final class Code {
    private static final int MOST_FILES = 100_000;

    private Code() {}

    /**
     * @param code null: none, and the folder is empty
     * @param home where archives are kept for further attempts
     * @return the folder
     * @throws TrainingFailure SETUP when the archive cannot be had as it was stored
     */
    static Path bring(@Nullable CodeSpec code, Path folder, Path home, Attempt attempt) throws IOException {
        Folders.delete(folder);
        Files.createDirectories(folder);
        if (code != null) {
            unpack(archive(code.archive(), home, attempt), folder);
        }
        return folder;
    }

    private static Path archive(String sha256, Path home, Attempt attempt) throws IOException {
        Path kept = Files.createDirectories(home.resolve("code")).resolve(sha256 + ".zip");
        if (Files.isRegularFile(kept) && Sha256.of(kept).equals(sha256)) {
            return kept;
        }
        Path arriving = Files.createTempFile(kept.getParent(), sha256.substring(0, 12), ".tmp");
        try {
            String came = attempt.patience().call(() -> fetched(attempt, sha256, arriving));
            if (!came.equals(sha256)) {
                throw new TrainingFailure(FailureReason.SETUP, "code: the archive has SHA-256 " + came);
            }
            Files.move(arriving, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return kept;
        } catch (ServiceFault.Refused e) {
            throw new TrainingFailure(FailureReason.SETUP, "code: the archive cannot be had: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(arriving);
        }
    }

    private static String fetched(Attempt attempt, String sha256, Path target) {
        try (InputStream in = attempt.client().load(sha256);
                OutputStream out = Files.newOutputStream(target)) {
            return Sha256.copy(in, out);
        } catch (IOException e) {
            throw new ServiceFault.Unavailable("download of the code broke off: " + e.getMessage());
        }
    }

    private static void unpack(Path archive, Path folder) throws IOException {
        long left = CodeSpec.MOST_BYTES;
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("enablePosixFileAttributes", "true"));
                Stream<Path> all = Files.walk(zip.getPath("/"))) {
            List<Path> files = all.limit(MOST_FILES + 1L).toList();
            if (files.size() > MOST_FILES) {
                throw new TrainingFailure(FailureReason.SETUP, "code: more than " + MOST_FILES + " files");
            }
            for (Path path : files) {
                Path target =
                        folder.resolve(path.toString().replaceFirst("^/+", "")).normalize();
                if (!target.startsWith(folder)) {
                    throw new TrainingFailure(FailureReason.SETUP, "code: " + path + " lies outside the folder");
                }
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                left -= Files.copy(path, target) == null ? 0 : Files.size(target);
                if (left < 0) {
                    throw new TrainingFailure(
                            FailureReason.SETUP, "code: more than " + CodeSpec.MOST_BYTES + " bytes when unpacked");
                }
                Set<PosixFilePermission> rights = Files.getPosixFilePermissions(path);
                if (rights.contains(PosixFilePermission.OWNER_EXECUTE)
                        && !target.toFile().setExecutable(true)) {
                    throw new IOException(target + " cannot be made executable");
                }
            }
        }
    }
}
