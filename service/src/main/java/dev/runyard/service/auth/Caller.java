package dev.runyard.service.auth;

import dev.runyard.service.http.Problem;
import io.quarkus.security.identity.SecurityIdentity;
import java.security.Principal;
import java.util.UUID;

/** Who asks, as far as what they showed tells. Whether a worker or an attempt still counts is for the rows to say. */
public sealed interface Caller extends Principal {
    /** Of a request that a route took, which it does only from callers it names. */
    static Caller of(SecurityIdentity identity) {
        return (Caller) identity.getPrincipal();
    }

    /** One of the constants of {@link Role}. */
    String role();

    /** @throws Problem 403 when what the request is about is not the caller's own */
    default void owns(boolean own) {
        if (!own) {
            throw Problem.of(403, "NOT_YOURS", "This is the token of " + getName() + ", and serves nothing else.");
        }
    }

    /** @param name of the account that runs the lab */
    record Person(String name) implements Caller {
        @Override
        public String role() {
            return Role.PERSON;
        }

        @Override
        public String getName() {
            return name;
        }
    }

    /** A worker that is about to register. */
    record Enrolment() implements Caller {
        @Override
        public String role() {
            return Role.ENROLMENT;
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
        public String role() {
            return Role.ENROLMENT;
        }

        @Override
        public String getName() {
            return "host " + credential;
        }
    }

    /** A registered worker. */
    record Worker(UUID id) implements Caller {
        @Override
        public String role() {
            return Role.WORKER;
        }

        @Override
        public String getName() {
            return "worker " + id;
        }
    }

    /** One attempt at a run. */
    record Attempt(UUID run, long attempt) implements Caller {
        @Override
        public String role() {
            return Role.ATTEMPT;
        }

        @Override
        public String getName() {
            return "attempt " + attempt + " of run " + run;
        }
    }
}
