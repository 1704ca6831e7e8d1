package dev.runyard.vision.evaluate;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which images of its data may leave a host as small pictures, beside what a model answers to them: its owner says. */
public enum KeptPictures {
    /** Some of those that the model has wrong. */
    WRONG,
    /** None, as of data that must not leave the host. */
    NONE;

    private static final String VARIABLE = "RUNYARD_PICTURES";
    private static final String PROPERTY = "runyard.pictures";

    static KeptPictures here() {
        String given = System.getProperty(PROPERTY);
        return given == null ? of(System.getenv()) : read(given);
    }

    /** @throws IllegalArgumentException that names the variable and what it may be */
    public static KeptPictures of(Map<String, String> environment) {
        return read(environment.get(VARIABLE));
    }

    private static KeptPictures read(@Nullable String given) {
        if (given == null || given.isBlank() || given.equals("wrong")) {
            return WRONG;
        }
        if (given.equals("none")) {
            return NONE;
        }
        throw new IllegalArgumentException(VARIABLE + ": \"" + given
                + "\" is neither wrong (small pictures of what a model has wrong are kept) nor none");
    }
}
