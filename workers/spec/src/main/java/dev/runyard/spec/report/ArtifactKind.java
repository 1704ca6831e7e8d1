package dev.runyard.spec.report;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a file that a run leaves is, and so how the page shows it. */
public enum ArtifactKind {
    /** PNG or SVG. */
    PICTURE,
    /** CSV whose first line names the columns. */
    TABLE,
    /** CSV of x and further columns to draw over it. */
    CURVE,
    /** A picture of many images. */
    GALLERY,
    /** Weights as safetensors. */
    WEIGHTS,
    /** A {@link dev.runyard.spec.judging.PredictionFile}. */
    PREDICTIONS,
    /** A part of a client bundle. */
    BUNDLE,
    /** Lines of text. */
    LOG,
    /** JSON or text that says what was found. */
    REPORT,
    /** Anything else. */
    FILE;

    /** As it is stored. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What its name says of a file of which nothing else is known. */
    public static ArtifactKind of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return switch (lower.substring(lower.lastIndexOf('.') + 1)) {
            case "png", "svg" -> PICTURE;
            case "csv" -> TABLE;
            case "safetensors" -> WEIGHTS;
            case "json", "txt", "md" -> REPORT;
            case "log" -> LOG;
            default -> FILE;
        };
    }
}
