package dev.runyard.vision.fetch;

import java.io.IOException;

/** A download or an archive that cannot be had. The code is stable; the message is one line with the cause and what to do. */
public final class FetchException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;

    public FetchException(String code, String message) {
        super(message);
        this.code = code;
    }

    public FetchException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /**
     * A stable upper-case word: NO_NETWORK, NOT_FOUND, REFUSED, BAD_ANSWER, CUT_OFF, NO_SPACE, WRONG_HASH, CHANGED, UNSAFE_ARCHIVE,
     * BAD_ARCHIVE, EXISTS, UNKNOWN_NAME, BY_HAND.
     */
    public String code() {
        return code;
    }
}
