package dev.runyard.vision.backbone;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Which positional rows a frozen model adds to patches below its own image. A stock model has none for them, so whoever runs it
 * declares one rule, and whoever sends taller images must know it (science reference §3).
 */
public enum PositionPolicy {
    /** Zeros for the new rows; those of the image stay as they were trained. */
    @JsonProperty("append")
    APPEND,
    /**
     * The trained grid stretched over the taller one, as Hugging Face's {@code interpolate_pos_encoding} does: bicubic, corners not
     * aligned, the class token's row unchanged. Changes the rows of the image too.
     */
    @JsonProperty("interpolate")
    INTERPOLATE
}
