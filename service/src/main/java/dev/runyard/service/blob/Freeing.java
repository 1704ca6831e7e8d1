package dev.runyard.service.blob;

import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** What of the artifact store is there for nobody any more: told before it goes, and the same whoever asks for it. */
@ApplicationScoped
public class Freeing {
    /** Longer than any upload of a checkpoint's files takes before the checkpoint itself is reported. */
    private static final Duration AGE = Duration.ofHours(1);

    /** Runs that are told of by name. */
    private static final int NAMED = 1_000;

    private final Statements statements;
    private final Asking asking;
    private final Blobs blobs;
    private final DeletedFiles deletedFiles;
    private final Duration deletedFor;

    /** @param deletedFor how long a deleted run keeps its files where its project does not say */
    Freeing(
            Statements statements,
            Asking asking,
            Blobs blobs,
            DeletedFiles deletedFiles,
            @ConfigProperty(name = "runyard.deleted.keep", defaultValue = "30d") Duration deletedFor) {
        this.statements = statements;
        this.asking = asking;
        this.blobs = blobs;
        this.deletedFiles = deletedFiles;
        this.deletedFor = deletedFor;
    }

    /** Why something goes. */
    public enum Reason {
        /** Of a run that was deleted longer ago than deleted runs keep their files. */
        DELETED_RUN,
        /** Nothing refers to it. */
        UNREFERENCED
    }

    /**
     * Files that go for one reason.
     *
     * @param run whose they are; null: nobody's
     * @param bytes of those that no other run has
     */
    public record Part(
            Reason reason,
            @Nullable UUID run,
            @Nullable String name,
            @Nullable String project,
            long files,
            long bytes) {}

    /**
     * What goes.
     *
     * @param parts the largest first; of runs at most 1,000
     * @param files of all, also of those that are not told of by name
     * @param bytes likewise
     */
    public record Plan(List<Part> parts, long files, long bytes) {}

    /**
     * What went.
     *
     * @param runs deleted ones whose files were let go
     * @param files that nothing referred to; one that was missing already is one of them
     */
    public record Freed(long runs, long files) {}

    /** As it is now; nothing is changed. */
    public Plan plan() {
        return asking.asLab(() -> {
            List<Part> parts = new ArrayList<>();
            Blobs.Spare spare = blobs.spareNow(AGE);
            if (spare.files() > 0) {
                parts.add(new Part(Reason.UNREFERENCED, null, null, null, spare.files(), spare.bytes()));
            }
            parts.addAll(deletedFiles.plan(deletedFor));
            parts.sort((a, b) -> Long.compare(b.bytes(), a.bytes()));
            return new Plan(
                    parts.stream().limit(NAMED).toList(),
                    parts.stream().mapToLong(Part::files).sum(),
                    parts.stream().mapToLong(Part::bytes).sum());
        });
    }

    /** Lets all of it go; a second time there is nothing left to do. */
    public Freed now() throws IOException {
        try {
            return asking.asLab(() -> {
                long runs = 0;
                long files = 0;
                while (true) {
                    Freed some = unchecked();
                    runs += some.runs();
                    files += some.files();
                    if (some.runs() + some.files() == 0) {
                        return new Freed(runs, files);
                    }
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Freed unchecked() {
        try {
            return some();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Some of it, as the lab does from time to time. */
    Freed some() throws IOException {
        return new Freed(deletedFiles.letGo(deletedFor), blobs.sweep(AGE));
    }

    Duration deletedFor() {
        return deletedFor;
    }
}
