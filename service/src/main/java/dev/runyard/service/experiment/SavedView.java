package dev.runyard.service.experiment;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A page as somebody left it, by name. */
@Entity
@Table(name = "saved_view")
public class SavedView extends PanacheEntityBase {
    @Id
    public UUID id;

    @Column(name = "project_id")
    public UUID project;

    public String name;

    public String page;

    public @Nullable String experiment;

    public String address;

    /** Whether its page opens an experiment with it. */
    public boolean first;

    @Column(name = "created_by")
    public String createdBy;

    @Column(name = "created_at")
    public Instant createdAt;

    @Column(name = "changed_at")
    public Instant changedAt;

    /** For Hibernate, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected SavedView() {}

    SavedView(UUID project, String who) {
        this.project = project;
        this.id = UUID.randomUUID();
        this.createdBy = who;
        this.createdAt = Instant.now();
        this.changedAt = this.createdAt;
        this.name = "";
        this.page = "";
        this.address = "";
    }
}
