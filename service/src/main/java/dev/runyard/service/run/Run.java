package dev.runyard.service.run;

import dev.runyard.service.db.Statements;
import dev.runyard.spec.FailureReason;
import dev.runyard.spec.RunState;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A run's row, to look at. It changes through {@link RunLedger} alone, one guarded statement a change, so Hibernate is told never to
 * write it.
 */
@Entity
@Immutable
public class Run extends PanacheEntityBase {
    @Id
    public UUID id;

    @Column(name = "experiment_id")
    public UUID experiment;

    @Column(name = "sweep_id")
    public @Nullable UUID sweep;

    public String name;

    @Enumerated(EnumType.STRING)
    public RunState state;

    @Enumerated(EnumType.STRING)
    public @Nullable FailureReason reason;

    public @Nullable String message;

    /** Fencing token: how many leases the run has had. */
    public long attempt;

    public int priority;

    @Column(name = "created_at")
    public Instant createdAt;

    @Column(name = "created_by")
    public String createdBy;

    @Column(name = "started_at")
    public @Nullable Instant startedAt;

    @Column(name = "ended_at")
    public @Nullable Instant endedAt;

    /** Optimiser steps done, as far as the current attempt told. */
    public long step;

    /** For Hibernate, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected Run() {}

    /** The row as it is now, locked until the transaction ends: whoever decides by a run's state holds it still. */
    record Held(UUID id, @Nullable UUID sweep, RunState state, long attempt, boolean resume, int lost, int faults) {
        static final String SELECT =
                "select id, sweep_id, state, attempt, resume_wanted, lost, faults from run where id = ? for update";

        static final Statements.Reader<Held> READER = r -> new Held(
                r.getObject("id", UUID.class),
                r.getObject("sweep_id", UUID.class),
                RunState.valueOf(r.getString("state")),
                r.getLong("attempt"),
                r.getBoolean("resume_wanted"),
                r.getInt("lost"),
                r.getInt("faults"));
    }
}
