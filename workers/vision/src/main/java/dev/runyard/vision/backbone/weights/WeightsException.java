package dev.runyard.vision.backbone.weights;

import java.io.IOException;
import java.util.List;

/** A file of weights that is not the model it should be. Lists the first differences. */
public final class WeightsException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 10;

    public WeightsException(String message) {
        super(message);
    }

    /** Names the file, the model that it should be, and the first differences. */
    public static WeightsException of(String file, String model, List<String> differences) {
        int more = differences.size() - SHOWN;
        return new WeightsException(file + ": is not " + model + ": "
                + String.join("; ", differences.subList(0, Math.min(SHOWN, differences.size())))
                + (more > 0 ? "; and " + more + " more" : ""));
    }
}
