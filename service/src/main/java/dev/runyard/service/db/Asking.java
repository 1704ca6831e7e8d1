package dev.runyard.service.db;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** For whom the statements of a request are carried out. Where nobody asks, the lab works for itself. */
@Singleton
public class Asking {
    /** What whoever sees everything sees. */
    public static final Object EVERYTHING = new Sight(null, true, null);

    private final Request request;

    public Asking(Request request) {
        this.request = request;
    }

    /** What is known of one request. */
    @RequestScoped
    static class Request {
        @Nullable
        Asker asker;

        boolean lab;

        boolean unrecorded;

        @Nullable
        Asker asker() {
            return asker;
        }

        boolean lab() {
            return lab;
        }

        void asker(@Nullable Asker person) {
            asker = person;
        }

        void lab(boolean itself) {
            lab = itself;
        }

        boolean unrecorded() {
            return unrecorded;
        }

        void unrecorded(boolean nothing) {
            unrecorded = nothing;
        }
    }

    private record Sight(
            @Nullable UUID account,
            boolean administrator,
            @Nullable UUID project) {}

    private static boolean active() {
        ArcContainer container = Arc.container();
        return container != null && container.requestContext().isActive();
    }

    /** @param walls whether those between projects hold */
    public void is(Asker person, boolean walls) {
        request.asker(person);
        request.lab(!walls);
    }

    public Optional<Asker> asker() {
        return active() ? Optional.ofNullable(request.asker()) : Optional.empty();
    }

    /** The one whose walls hold now; none: everything is seen. */
    Optional<Asker> walled() {
        return asker().filter(person -> !request.lab() && person.walled());
    }

    /** The project that the request keeps to. */
    public Optional<UUID> project() {
        return asker().map(Asker::project);
    }

    /** What differs between those who see different rows; for whatever is remembered of what was read. */
    public Object sight() {
        return walled().<Object>map(a -> new Sight(a.account(), a.administrator(), a.project()))
                .orElse(EVERYTHING);
    }

    /**
     * SQL: whether whoever asks may change the row of an alias that has {@code project_id} and {@code created_by}: what is their own, and
     * everybody's in projects that they keep. For what is stored beside such a row, and behind the project's wall alone.
     */
    public String own(String alias) {
        return walled().isEmpty()
                ? "true"
                : "(%1$s.project_id = any ((select runyard_keeps())::uuid[])".formatted(alias)
                        + " or %1$s.project_id = any ((select runyard_works())::uuid[])".formatted(alias)
                        + " and %1$s.created_by = (select runyard_me()))".formatted(alias);
    }

    /** Does what a program of a project asks for that has no account: it sees that project, changes nothing, and sees no other. */
    public <T> T inProject(UUID project, Supplier<T> work) {
        Asker before = request.asker();
        boolean lab = request.lab();
        is(new Asker("", null, true, true, project, "GET", "", ""), true);
        try {
            return work.get();
        } finally {
            request.asker(before);
            request.lab(lab);
        }
    }

    /** Whether what is done now is nothing that is written down as a person's doing. */
    boolean unrecorded() {
        return active() && request.unrecorded();
    }

    /**
     * Does what only looks, though its request changes something, or changes nothing but what no person's doing is written down of, such as
     * points: of whoever has no walls the database is then told nothing. Walls hold as ever. Not as the first thing inside a
     * transaction that changes something, too: whose connection that is was decided then for all of it.
     */
    public <T> T unrecorded(Supplier<T> work) {
        if (!active()) {
            return work.get();
        }
        boolean before = request.unrecorded();
        request.unrecorded(true);
        try {
            return work.get();
        } finally {
            request.unrecorded(before);
        }
    }

    /** What the lab does by itself while somebody asks, such as looking up who may. Not inside a transaction that is the person's. */
    public <T> T asLab(Supplier<T> work) {
        if (!active()) {
            return work.get();
        }
        boolean before = request.lab();
        request.lab(true);
        try {
            return work.get();
        } finally {
            request.lab(before);
        }
    }
}
