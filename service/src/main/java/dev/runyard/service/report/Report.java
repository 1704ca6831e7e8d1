package dev.runyard.service.report;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;

/** A definition under a title; what it says is its newest {@link ReportVersion}. */
@Entity
public class Report extends PanacheEntityBase {
    @Id
    public UUID id;

    public String title;

    public int version;

    @Column(name = "created_by")
    public String createdBy;

    @Column(name = "created_at")
    public Instant createdAt;

    @Column(name = "changed_at")
    public Instant changedAt;

    /** For Hibernate, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected Report() {}

    Report(UUID id, String title, String who) {
        this.id = id;
        this.title = title;
        this.version = 1;
        this.createdBy = who;
        this.createdAt = Instant.now();
        this.changedAt = this.createdAt;
    }
}
