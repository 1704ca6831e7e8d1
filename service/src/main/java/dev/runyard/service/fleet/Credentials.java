package dev.runyard.service.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which hosts may register workers: each by a credential of its own, which it got for a token that served once. */
@ApplicationScoped
class Credentials {
    private static final int MOST = 1_000;

    private final Statements statements;
    private final Fleet fleet;

    Credentials(Statements statements, Fleet fleet) {
        this.statements = statements;
        this.fleet = fleet;
    }

    /**
     * @param expiresAt until then a host may join with it, once
     * @param host that did
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CredentialView(
            UUID id,
            Instant createdAt,
            String createdBy,
            Instant expiresAt,
            @Nullable String host,
            @Nullable Instant usedAt,
            @Nullable Instant lastUsed,
            @Nullable Instant revokedAt,
            @Nullable String revokedBy) {}

    /** A row that a host may join with. */
    @Transactional
    CredentialView make(int minutes, String who) {
        UUID id = statements
                .row(
                        "insert into credential (created_by, expires_at) values (?, now() + make_interval(mins => ?))"
                                + " returning id",
                        r -> r.getObject(1, UUID.class),
                        who,
                        minutes)
                .orElseThrow();
        return list().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
    }

    /** The newest first. */
    List<CredentialView> list() {
        return statements.rows(
                "select * from credential order by created_at desc, id limit ?",
                r -> new CredentialView(
                        r.getObject("id", UUID.class),
                        Statements.instant(r, "created_at"),
                        r.getString("created_by"),
                        Statements.instant(r, "expires_at"),
                        r.getString("host"),
                        Statements.time(r, "used_at"),
                        Statements.time(r, "last_used"),
                        Statements.time(r, "revoked_at"),
                        r.getString("revoked_by")),
                MOST);
    }

    /**
     * A host joins.
     *
     * @throws Problem 401 ENROLMENT_OVER for a token that was used, is too old, or was revoked
     */
    @Transactional
    void use(UUID id, String host) {
        int used = statements.change("""
                update credential set used_at = now(), host = ?
                where id = ? and used_at is null and revoked_at is null and expires_at > now()""", host, id);
        if (used == 0) {
            throw Problem.of(
                    401,
                    "ENROLMENT_OVER",
                    "This enrolment token was used, is too old, or was revoked; \"runyard enrol\" makes another.");
        }
    }

    /**
     * A host shows its credential.
     *
     * @throws Problem 401 REVOKED
     */
    @Transactional
    void show(UUID id) {
        int there = statements.change(
                "update credential set last_used = now() where id = ? and used_at is not null and revoked_at is null",
                id);
        if (there == 0) {
            throw Problem.of(
                    401, "REVOKED", "This host's credential was revoked; join anew with a token of \"runyard enrol\".");
        }
    }

    /** Which credential a worker registered by. */
    @Transactional
    void registered(UUID id, UUID worker) {
        statements.change("update worker set credential_id = ? where id = ?", id, worker);
    }

    /**
     * From now on nobody registers by it, and whoever did is out: their runs go elsewhere.
     *
     * @throws Problem 404
     */
    void revoke(UUID id, String who) {
        int there = statements.change(
                "update credential set revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, ?)"
                        + " where id = ?",
                who,
                id);
        if (there == 0) {
            throw Problem.notFound("credential", id);
        }
        statements
                .rows(
                        "select id from worker where credential_id = ? and left_at is null",
                        r -> r.getObject(1, UUID.class),
                        id)
                .forEach(fleet::leave);
    }
}
