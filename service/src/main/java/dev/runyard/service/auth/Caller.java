package dev.runyard.service.auth;

import dev.runyard.service.http.Problem;
import io.quarkus.security.identity.SecurityIdentity;
import java.security.Principal;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who asks, as far as what they showed tells. Whether a worker or an attempt still counts is for the rows to say. */
public sealed interface Caller extends Principal {
    /** Of a request that a route took, which it does only from callers it names. */
    static Caller of(SecurityIdentity identity) {
        return (Caller) identity.getPrincipal();
    }

    /** Constants of {@link Role}. */
    Set<String> roles();

    /** @throws Problem 403 when what the request is about is not the caller's own */
    default void owns(boolean own) {
        if (!own) {
            throw Problem.of(403, "NOT_YOURS", "This is the token of " + getName() + ", and serves nothing else.");
        }
    }

    /** How a person showed who they are. */
    enum Way {
        /** By the token of the home that the lab runs on, or the cookie that it became. */
        HOME,
        SESSION,
        TOKEN
    }

    /**
     * A person.
     *
     * @param name of the account
     * @param account null: the one that runs the lab
     * @param level the highest role in any project; null: a member of none
     * @param readOnly by a token that changes nothing
     * @param credential id of the session or token; null for the home's
     */
    record Person(
            String name,
            @Nullable UUID account,
            boolean administrator,
            Role.@Nullable Level level,
            boolean readOnly,
            Way way,
            @Nullable UUID credential)
            implements Caller {
        /** The account that runs the lab, which keeps it. */
        static Person ofHome(String name) {
            return new Person(name, null, true, null, false, Way.HOME, null);
        }

        @Override
        public Set<String> roles() {
            Set<String> roles = new TreeSet<>(Set.of(Role.PERSON));
            if (!readOnly) {
                if (administrator) {
                    roles.add(Role.ADMINISTRATOR);
                }
                if (administrator || level == Role.Level.MAINTAINER) {
                    roles.add(Role.MAINTAINER);
                }
                if (administrator || level == Role.Level.MAINTAINER || level == Role.Level.RESEARCHER) {
                    roles.add(Role.RESEARCHER);
                }
            }
            return roles;
        }

        @Override
        public String getName() {
            return name;
        }
    }

    /** A worker that is about to register. */
    record Enrolment() implements Caller {
        @Override
        public Set<String> roles() {
            return Set.of(Role.ENROLMENT);
        }

        @Override
        public String getName() {
            return "a worker that is not registered";
        }
    }

    /**
     * A host that joins, or one that has: its workers register by this.
     *
     * @param joining whether by a token that serves once
     */
    record Host(UUID credential, boolean joining) implements Caller {
        @Override
        public Set<String> roles() {
            return Set.of(Role.ENROLMENT);
        }

        @Override
        public String getName() {
            return "host " + credential;
        }
    }

    /** A registered worker. */
    record Worker(UUID id) implements Caller {
        @Override
        public Set<String> roles() {
            return Set.of(Role.WORKER);
        }

        @Override
        public String getName() {
            return "worker " + id;
        }
    }

    /** One attempt at a run. */
    record Attempt(UUID run, long attempt) implements Caller {
        @Override
        public Set<String> roles() {
            return Set.of(Role.ATTEMPT);
        }

        @Override
        public String getName() {
            return "attempt " + attempt + " of run " + run;
        }
    }
}
