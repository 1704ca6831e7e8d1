package dev.runyard.spec.json;

import dev.runyard.spec.InvalidSpec;

/** Text that is not JSON at all. The service answers 400 with the place; a text that is JSON but wrong is {@link InvalidSpec}. */
public final class MalformedJson extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    public MalformedJson(int line, int column, String why) {
        super("not JSON at line " + line + ", column " + column + ": " + why);
        this.line = line;
        this.column = column;
    }

    /** From 1. */
    public int line() {
        return line;
    }

    /** From 1, in characters. */
    public int column() {
        return column;
    }
}
