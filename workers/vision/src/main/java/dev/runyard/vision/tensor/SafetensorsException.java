package dev.runyard.vision.tensor;

import java.io.IOException;

/** A file that is not safetensors, or not one that can be trusted. The code is stable; the message names tensor and bytes. */
public final class SafetensorsException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;

    public SafetensorsException(String code, String message) {
        super(message);
        this.code = code;
    }

    public SafetensorsException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** A stable upper-case word: {@code ST_…} for a fault in the file, {@code UNSAFE_FORMAT} for a format that runs code. */
    public String code() {
        return code;
    }
}
