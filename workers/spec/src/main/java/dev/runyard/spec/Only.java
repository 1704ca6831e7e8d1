package dev.runyard.spec;

import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Components that exist only beside a certain value of another. */
public final class Only {
    private Only() {}

    /**
     * The given value, or the default where it belongs and was left out.
     *
     * @throws InvalidSpec NOT_APPLICABLE when it was given and does not belong
     */
    public static <T> @Nullable T with(
            String field, @Nullable T given, boolean belongs, String where, @Nullable T otherwise) {
        if (belongs) {
            return given == null ? otherwise : given;
        }
        if (given != null) {
            throw new InvalidSpec("NOT_APPLICABLE", field, given, "belongs to " + where + " only", "remove it");
        }
        return null;
    }

    /** @throws InvalidSpec OUT_OF_RANGE or DUPLICATE_VALUE when a list of choices holds none, or one twice */
    public static void each(String field, List<?> choices) {
        if (choices.isEmpty()) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", field, "[]", "must name at least one", "leave it out for the default");
        }
        if (new HashSet<>(choices).size() < choices.size()) {
            throw new InvalidSpec("DUPLICATE_VALUE", field, choices, "names one twice", "name each once");
        }
    }

    /** @throws InvalidSpec OUT_OF_RANGE when the part is larger than the image */
    public static void within(String field, int side, int resolution) {
        if (side > resolution) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", field, side, "must not be larger than resolution (" + resolution + ")", null);
        }
    }
}
