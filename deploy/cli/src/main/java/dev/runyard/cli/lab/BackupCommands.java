package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runyard backup} and {@code runyard restore}: everything that a home cannot make anew, in one file. */
public final class BackupCommands {
    private BackupCommands() {}

    /** {@code runyard backup}. */
    @Command(
            name = "backup",
            description = {
                "Write database, artifacts and secrets of this home into one file, which only you can read.",
                "Artifacts that RUNYARD_ARTIFACTS keeps elsewhere are not in it.",
                "The lab must be stopped (\"runyard down\"); started again, its runs go on where they were."
            })
    public static final class Backup implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "A new tar file.")
        Path file;

        @Override
        public Integer call() throws IOException {
            LabHome home = LabHome.ofEnvironment();
            HomeArchive.Content content;
            try (Progress progress = new Progress(System.err)) {
                content = new HomeArchive(home).write(file, done -> progress.show(done, "backing up"));
            }
            System.out.println(said(content) + " of " + home.folder() + " are in " + file);
            elsewhere(home, System.getenv("RUNYARD_ARTIFACTS"))
                    .ifPresent(place -> System.out.println(
                            "The artifacts in " + place + " are not in it: copy them now, by their own tools"));
            return 0;
        }

        /**
         * Where the artifacts are, if not in the home.
         *
         * @param artifacts a folder or {@code s3://BUCKET}, as the service takes it; null or blank: in the home
         */
        private static Optional<String> elsewhere(LabHome home, @Nullable String artifacts) {
            return Optional.ofNullable(artifacts)
                    .map(String::strip)
                    .filter(place -> !place.isEmpty())
                    .filter(place -> place.toLowerCase(Locale.ROOT).startsWith("s3:")
                            || !Path.of(place).toAbsolutePath().normalize().startsWith(home.folder()));
        }
    }

    /** {@code runyard restore}. */
    @Command(
            name = "restore",
            description = "Make a home from a backup. Each file is verified; the home must be empty or not there.")
    public static final class Restore implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "What \"runyard backup\" wrote.")
        Path file;

        @Override
        public Integer call() throws IOException {
            LabHome home = LabHome.ofEnvironment();
            HomeArchive.Content content;
            try (Progress progress = new Progress(System.err)) {
                content = new HomeArchive(home).read(file, done -> progress.show(done, "restoring"));
            }
            System.out.println(said(content) + " are in " + home.folder() + "; \"runyard up\" starts the lab on it");
            return 0;
        }
    }

    private static String said(HomeArchive.Content content) {
        return String.format(Locale.ROOT, "%,d files, %,d bytes", content.files(), content.bytes());
    }
}
