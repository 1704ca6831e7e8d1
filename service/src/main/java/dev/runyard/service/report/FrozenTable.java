package dev.runyard.service.report;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A table as it was; found by the hash of its content. */
@Entity
@Table(name = "report_frozen")
@IdClass(FrozenTable.Key.class)
public class FrozenTable extends PanacheEntityBase {
    @Id
    @Column(name = "report_id")
    public UUID report;

    @Id
    public String content;

    public int version;

    /** The table as JSON. */
    public String shown;

    public String who;

    @Column(name = "created_at")
    public Instant createdAt;

    /** For Hibernate, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected FrozenTable() {}

    FrozenTable(UUID report, String content, int version, String shown, String who) {
        this.report = report;
        this.content = content;
        this.version = version;
        this.shown = shown;
        this.who = who;
        this.createdAt = Instant.now();
    }

    /** Newest first. */
    static List<FrozenTable> of(UUID report) {
        return list("report = ?1 order by createdAt desc, content", report);
    }

    /** As Hibernate wants it. */
    public static class Key implements Serializable {
        private static final long serialVersionUID = 1L;

        public UUID report;

        public String content;

        /** For Hibernate, which fills the fields. */
        @SuppressWarnings("NullAway.Init")
        public Key() {}

        Key(UUID report, String content) {
            this.report = report;
            this.content = content;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.content.equals(content) && key.report.equals(report);
        }

        @Override
        public int hashCode() {
            return Objects.hash(report, content);
        }
    }
}
