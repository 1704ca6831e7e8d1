package dev.runyard.vision.data.source;

import dev.runyard.vision.file.Flaw;
import java.io.IOException;

/** A data set that cannot be used as asked. The code is stable; the message names the file or class and what to do. */
public final class DataException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;

    public DataException(String code, String message) {
        super(message);
        this.code = code;
    }

    public DataException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** About what stands in a file. */
    public DataException(String code, Flaw flaw) {
        this(code, flaw.message());
    }

    /** A stable upper-case word, for example NO_DATASET, EMPTY_CLASS, MISSING_SPLIT, LABEL_OUT_OF_RANGE, UNREADABLE_IMAGE. */
    public String code() {
        return code;
    }
}
