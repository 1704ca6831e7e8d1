package dev.runyard.spec.report;

import dev.runyard.spec.InvalidSpec;

/**
 * What an attempt makes before its first step, and how far it is.
 *
 * @param what in a word or two, such as {@code features of train}
 * @param done pieces, of {@code of}
 * @param of all pieces: images, files
 */
public record Preparing(String what, long done, long of) {
    private static final int LONGEST = 200;

    public Preparing {
        what = Checks.given("what", what).lines().findFirst().orElse("");
        what = what.length() > LONGEST ? what.substring(0, LONGEST) : what;
        Checks.notNegative("done", done);
        if (done > of) {
            throw new InvalidSpec("OUT_OF_RANGE", "done", done, "must not be beyond of (" + of + ")", null);
        }
    }
}
