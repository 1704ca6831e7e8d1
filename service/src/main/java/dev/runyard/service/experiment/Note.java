package dev.runyard.service.experiment;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** One version of what somebody wrote about a run, a sweep or an experiment; the newest counts. */
@Entity
public class Note extends PanacheEntityBase {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    @Enumerated(EnumType.STRING)
    public Curated kind;

    public UUID subject;

    public String text;

    public String who;

    @Column(name = "created_at")
    public Instant createdAt;

    /** For Hibernate, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected Note() {}

    @SuppressWarnings("NullAway.Init")
    Note(Curated kind, UUID subject, String text, String who) {
        this.kind = kind;
        this.subject = subject;
        this.text = text;
        this.who = who;
        this.createdAt = Instant.now();
    }

    /** Newest first. */
    static List<Note> of(Curated kind, UUID subject, int most) {
        return Note.<Note>find("kind = ?1 and subject = ?2 order by id desc", kind, subject)
                .page(0, most)
                .list();
    }
}
