package dev.runyard.service.run;

import dev.runyard.service.http.Problem;
import java.util.Locale;
import java.util.UUID;

/** A command that the present state does not allow. */
public final class IllegalTransition extends Problem {
    private static final long serialVersionUID = 1L;

    public IllegalTransition(String what, UUID id, Enum<?> command, Enum<?> state) {
        super(Problem.Body.of(
                409,
                "ILLEGAL_TRANSITION",
                "Cannot " + command.name().toLowerCase(Locale.ROOT) + " " + what + " " + id + ": it is " + state.name()
                        + "."));
    }
}
