package dev.runyard.service.db;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The person that a request is done for.
 *
 * @param name of the account, or what the account that runs a lab on loopback calls itself
 * @param account null: the account that runs the lab
 * @param administrator sees and changes everything
 * @param readOnly by a token that looks and changes nothing
 * @param project that the request keeps to; null: all that the account sees
 * @param request method and path
 * @param address that it came from
 * @param id of the request
 */
public record Asker(
        String name,
        @Nullable UUID account,
        boolean administrator,
        boolean readOnly,
        @Nullable UUID project,
        String request,
        String address,
        String id) {
    /** Whether there is something in the database that this request must not see or change. */
    boolean walled() {
        return !administrator || readOnly || project != null;
    }

    /** Questions that MLflow's protocol asks by POST. */
    private static final Set<String> QUESTIONS = Set.of(
            "POST /api/2.0/mlflow/runs/search",
            "POST /api/2.0/mlflow/experiments/search",
            "POST /api/2.0/mlflow/experiments/search-datasets",
            "POST /api/2.0/mlflow/logged-models/search");

    /** Whether it may change something, which is then written down as this person's doing. */
    boolean changes() {
        return !request.startsWith("GET ") && !request.startsWith("HEAD ") && !QUESTIONS.contains(request);
    }
}
