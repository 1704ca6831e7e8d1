package dev.runyard.vision.image;

import java.io.IOException;

/** Bytes that are not an image that can be trusted. The code is stable; the message names the file and, where known, the byte. */
public final class ImageException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;

    public ImageException(String code, String message) {
        super(message);
        this.code = code;
    }

    public ImageException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** NOT_AN_IMAGE, UNSUPPORTED_FORMAT, IMAGE_TOO_LARGE or TRUNCATED_IMAGE (cut short or damaged). */
    public String code() {
        return code;
    }
}
