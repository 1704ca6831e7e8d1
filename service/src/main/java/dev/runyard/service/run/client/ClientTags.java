package dev.runyard.service.run.client;

import dev.runyard.service.http.Problem;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tags that mean something: MLflow's, and ours. */
public final class ClientTags {
    public static final String NAME = "mlflow.runName";
    public static final String USER = "mlflow.user";
    /** What clients of MLflow 2 say of the models that they logged, as an array of JSON. */
    public static final String MODELS = "mlflow.log-model.history";

    /** The id of the run that this one is a part of. */
    public static final String PARENT = "mlflow.parentRunId";

    /** After how much silence its owner wants a run, or the runs of an experiment, called lost: 90s, 30m, 2h, 1d; never. */
    public static final String LOST_AFTER = "runyard.lostAfter";

    /** The step from which the program of a run goes on, as it says when it does. */
    public static final String RESUME_STEP = "runyard.resumeStep";

    private static final Pattern TIME = Pattern.compile("(\\d{1,6})([smhd])");
    private static final int DAY = 86_400;
    private static final int LEAST = 10;

    private ClientTags() {}

    /**
     * @return seconds; null for never
     * @throws Problem 400 that names the tag
     */
    public static @Nullable Integer seconds(String text) {
        if (text.isEmpty() || text.equals("never")) {
            return null;
        }
        Matcher time = TIME.matcher(text);
        if (time.matches()) {
            int unit =
                    switch (time.group(2)) {
                        case "s" -> 1;
                        case "m" -> 60;
                        case "h" -> 3_600;
                        default -> DAY;
                    };
            long seconds = Long.parseLong(time.group(1)) * unit;
            if (seconds >= LEAST && seconds <= 365L * DAY) {
                return (int) seconds;
            }
        }
        throw Problem.invalid(
                400,
                "INVALID_PARAMETER_VALUE",
                LOST_AFTER,
                text,
                "must be never, or a time of 10s to 365d",
                "write for example 90s, 30m, 2h or 1d");
    }
}
