package dev.runyard.spec.training;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which images the val/… metrics of each epoch are of. */
public enum ValidateOn {
    /** The val part, which is neither trained on nor tested on. */
    @JsonProperty("val")
    VAL,
    /** The test part, as the released PGN code does: what is chosen by such a metric is chosen on test, and marked so. */
    @JsonProperty("test")
    TEST
}
