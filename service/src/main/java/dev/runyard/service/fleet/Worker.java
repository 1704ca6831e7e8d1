package dev.runyard.service.fleet;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A worker process, to look at. Written by {@link Fleet} alone, in the server's time. */
@Entity
@Immutable
public class Worker extends PanacheEntityBase {
    @Id
    public UUID id;

    public String host;

    public long pid;

    public String version;

    @Column(name = "registered_at")
    public Instant registeredAt;

    @Column(name = "last_seen")
    public Instant lastSeen;

    @Column(name = "left_at")
    public @Nullable Instant leftAt;

    /** For Hibernate, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected Worker() {}
}
