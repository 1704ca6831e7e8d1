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

/** What a report's definition said from some time on. */
@Entity
@Table(name = "report_version")
@IdClass(ReportVersion.Key.class)
public class ReportVersion extends PanacheEntityBase {
    @Id
    @Column(name = "report_id")
    public UUID report;

    @Id
    public int version;

    public String written;

    public String hash;

    public String who;

    @Column(name = "created_at")
    public Instant createdAt;

    /** For Hibernate, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected ReportVersion() {}

    ReportVersion(UUID report, int version, String written, String hash, String who) {
        this.report = report;
        this.version = version;
        this.written = written;
        this.hash = hash;
        this.who = who;
        this.createdAt = Instant.now();
    }

    /** Newest first. */
    static List<ReportVersion> of(UUID report) {
        return list("report = ?1 order by version desc", report);
    }

    /** As Hibernate wants it. */
    public static class Key implements Serializable {
        private static final long serialVersionUID = 1L;

        public UUID report;

        public int version;

        /** For Hibernate, which fills the fields. */
        @SuppressWarnings("NullAway.Init")
        public Key() {}

        Key(UUID report, int version) {
            this.report = report;
            this.version = version;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.version == version && key.report.equals(report);
        }

        @Override
        public int hashCode() {
            return Objects.hash(report, version);
        }
    }
}
