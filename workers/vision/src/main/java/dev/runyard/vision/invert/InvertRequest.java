package dev.runyard.vision.invert;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.backbone.PositionPolicy;
import java.nio.file.Path;

/**
 * What to invert, how, and where to.
 *
 * @param run folder of a finished run, or its weights
 * @param out folder of the client bundle
 * @param policy how the model will be served
 * @param compare test images for the report, 0 for none; all there are when fewer
 * @param inverses folder of pseudo-inverses, kept for each backbone
 * @param dataCache folder for decoded images
 */
public record InvertRequest(Path run, Path out, PositionPolicy policy, int compare, Path inverses, Path dataCache) {
    public InvertRequest {
        if (compare < 0) {
            throw new InvalidSpec("OUT_OF_RANGE", "compare", compare, "must be 0 or more", null);
        }
    }
}
