package dev.runyard.service.account;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** Projects by name, for whoever asks. */
@ApplicationScoped
public class Projects {
    private final Statements statements;
    private final SecurityIdentity identity;

    public Projects(Statements statements, SecurityIdentity identity) {
        this.statements = statements;
        this.identity = identity;
    }

    /**
     * One that is seen.
     *
     * @throws Problem 404
     */
    public UUID known(String name) {
        return statements
                .row(
                        "select id from project where name = ?",
                        r -> r.getObject(1, UUID.class),
                        Given.label("project", name))
                .orElseThrow(() -> Problem.notFound("project", name));
    }

    /**
     * One that the person keeps; the policies of the database say so again.
     *
     * @throws Problem 404, 403
     */
    public UUID kept(String name) {
        UUID project = known(name);
        boolean mine = identity.hasRole(Role.ADMINISTRATOR)
                || statements.number("select count(*) where ? = any (runyard_keeps())", project) == 1;
        if (!mine) {
            throw Problem.notAllowed();
        }
        return project;
    }
}
