package dev.runyard.service.experiment;

import dev.runyard.service.event.Journal;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Defaults;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Notes with their history. */
@ApplicationScoped
public class Notes {
    private static final int MOST_BYTES = 65_536;
    private static final int HISTORY = 20;

    private final Journal journal;

    public Notes(Journal journal) {
        this.journal = journal;
    }

    /** @param text Markdown, at most 64 KiB; empty: none */
    @Schema(name = "NoteWritten")
    public record Written(String text) {
        public Written {
            Defaults.required("text", text);
            if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
                throw Problem.tooLarge("The note has more than " + MOST_BYTES + " bytes.", MOST_BYTES);
            }
        }
    }

    /** One version. */
    @Schema(name = "NoteVersion")
    public record Version(String text, String who, Instant when) {}

    /**
     * @param text the newest; empty where there is none
     * @param history the newest versions, this one first
     */
    @Schema(name = "NoteView")
    public record View(String text, List<Version> history) {}

    @Transactional
    public View of(Curated kind, UUID subject) {
        List<Version> history = Note.of(kind, subject, HISTORY).stream()
                .map(note -> new Version(note.text, note.who, note.createdAt))
                .toList();
        return new View(history.isEmpty() ? "" : history.get(0).text(), history);
    }

    /** Another version, unless it is the same. */
    @Transactional
    public View write(Curated kind, UUID subject, Written written, String who) {
        View before = of(kind, subject);
        if (before.text().equals(written.text())) {
            return before;
        }
        new Note(kind, subject, written.text(), who).persistAndFlush();
        journal.curated(
                kind == Curated.RUN ? subject : null,
                kind == Curated.SWEEP ? subject : null,
                kind == Curated.EXPERIMENT ? subject : null,
                who,
                "note");
        return of(kind, subject);
    }
}
