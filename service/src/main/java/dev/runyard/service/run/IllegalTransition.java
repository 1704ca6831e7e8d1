package dev.runyard.service.run;

import dev.runyard.service.http.Problem;
import java.util.UUID;

/** A command that the present state does not allow. */
public final class IllegalTransition extends Problem {
    private static final long serialVersionUID = 1L;

    /** Why nothing is done to what is deleted: nobody would see it. */
    public static final String DELETED = "it is deleted; restore it first";

    /** @param why what keeps it from it, with the remedy where there is one */
    public IllegalTransition(String what, UUID id, String action, String why) {
        super(Problem.Body.of(
                409, "ILLEGAL_TRANSITION", "Cannot " + action + " " + what + " " + id + ": " + why + "."));
    }
}
