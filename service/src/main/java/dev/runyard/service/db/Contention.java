package dev.runyard.service.db;

import dev.runyard.service.http.Problem;

/** Two transactions were in each other's way, by a serialisation failure or a deadlock: nothing happened, trying again helps. */
public final class Contention extends Problem {
    private static final long serialVersionUID = 1L;

    Contention() {
        super(Body.of(503, "BUSY", "Another request changed the same rows at the same moment; ask again."));
    }
}
