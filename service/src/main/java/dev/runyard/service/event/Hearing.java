package dev.runyard.service.event;

import dev.runyard.service.auth.Caller;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Of which projects a stream tells: those of whoever listens, as they are now. */
final class Hearing {
    private final Caller.Person person;
    private final @Nullable UUID project;
    private volatile Set<UUID> projects = Set.of();

    /** @param project that the stream keeps to; null: all that the person sees */
    Hearing(Caller.Person person, @Nullable UUID project) {
        this.person = person;
        this.project = project;
    }

    /** The session or token whose projects have to be looked up; null: of one who hears everything. */
    @Nullable
    UUID credential() {
        return person.credential();
    }

    /** @param now projects that the account sees */
    void set(Set<UUID> now) {
        projects = now;
    }

    /** @param of null: the lab's own */
    boolean of(@Nullable UUID of) {
        return of == null || (project == null || project.equals(of)) && (credential() == null || projects.contains(of));
    }
}
