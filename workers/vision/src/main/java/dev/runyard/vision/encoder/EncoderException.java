package dev.runyard.vision.encoder;

import java.io.IOException;

/** A model server refused or failed. Carries the stable code of its problem. */
public final class EncoderException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;

    public EncoderException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** For example {@code TOO_LARGE}, {@code NO_GRADIENTS}, {@code UNREACHABLE}. */
    public String code() {
        return code;
    }
}
