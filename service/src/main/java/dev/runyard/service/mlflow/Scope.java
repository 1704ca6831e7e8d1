package dev.runyard.service.mlflow;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.client.ClientTags;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a request may be about. People are held by the database's walls. The program of a queued run comes with its attempt's token: it
 * is in its run, whatever experiment it names and whatever run it makes, and sees that run, those that it made below it, and no others.
 */
@RequestScoped
class Scope {
    private static final String TAKE_HOME = Fence.SQL
            + "update attempt a set logged = true from fence f where a.run_id = f.id and a.attempt = f.attempt and not a.logged";

    private final Caller caller;
    private final Statements statements;
    private @Nullable Home home;

    Scope(SecurityIdentity identity, Statements statements) {
        this.caller = Caller.of(identity);
        this.statements = statements;
    }

    /** The run of an attempt, and whose it is. */
    record Home(UUID run, Experiments.Place place, String owner, String name) {}

    Caller caller() {
        return caller;
    }

    /**
     * The run that the caller is an attempt of.
     *
     * @throws StaleAttempt once the attempt no longer holds it
     */
    Optional<Home> home() {
        if (!(caller instanceof Caller.Attempt attempt)) {
            return Optional.empty();
        }
        if (home == null) {
            home = statements
                    .row(
                            "select id, project_id, experiment_id, created_by, name from run"
                                    + " where id = ? and attempt = ? and state in " + Fence.HELD,
                            r -> new Home(
                                    r.getObject(1, UUID.class),
                                    new Experiments.Place(r.getObject(2, UUID.class), r.getObject(3, UUID.class)),
                                    r.getString(4),
                                    r.getString(5)),
                            attempt.run(),
                            attempt.attempt())
                    .orElseThrow(() -> new StaleAttempt(attempt.run(), attempt.attempt()));
        }
        return Optional.of(home);
    }

    /** The attempt at a queued run whose program asks. */
    Optional<Caller.Attempt> attempt() {
        return caller instanceof Caller.Attempt attempt ? Optional.of(attempt) : Optional.empty();
    }

    /** Notes that the program logs into its run; whether it is the first time of this attempt. */
    boolean takesHome() {
        return caller instanceof Caller.Attempt attempt
                && statements.change(TAKE_HOME, attempt.run(), attempt.attempt()) == 1;
    }

    /**
     * That the caller may look at the run; what people may see the database says.
     *
     * @throws Problem 403
     */
    void sees(UUID run) {
        Optional<Home> own = home();
        if (own.isPresent() && !own.get().run().equals(run)) {
            caller.owns(statements
                    .row(
                            "select 1 from run where id = ? and external and tags ->> '" + ClientTags.PARENT + "' = ?",
                            r -> r.getInt(1),
                            run,
                            own.get().run().toString())
                    .isPresent());
        }
    }
}
