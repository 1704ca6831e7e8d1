package dev.runyard.service.auth;

import dev.runyard.service.http.Problem;
import java.util.UUID;

/** A newer attempt exists, or the run is held by none: nothing was stored. */
public final class StaleAttempt extends Problem {
    private static final long serialVersionUID = 1L;

    public StaleAttempt(UUID run, long attempt) {
        super(Problem.Body.of(
                409,
                "STALE_ATTEMPT",
                "Attempt " + attempt + " of run " + run + " is over; nothing of this request was stored."));
    }
}
