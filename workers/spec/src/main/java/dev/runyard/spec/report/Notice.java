package dev.runyard.spec.report;

/**
 * Something about an attempt that a person should see, though the attempt goes on.
 *
 * @param why what happened and where, in one line
 */
public record Notice(Kind kind, String why) {
    private static final int LONGEST = 2_000;

    public Notice {
        kind = Checks.given("kind", kind);
        why = Checks.given("why", why).lines().findFirst().orElse("");
        why = why.length() > LONGEST ? why.substring(0, LONGEST) : why;
    }

    /** What there is to see. */
    public enum Kind {
        /** A checkpoint is damaged; the attempt goes on from an older one. */
        CHECKPOINT_CORRUPT,
        /** Of what a program wants kept, a file or all is not: there is more of it than may be. */
        CHECKPOINT_LEFT_OUT,
        /** A checkpoint cannot be written, so training waits for space; a program goes on meanwhile. The one before is whole. */
        DISK_FULL,
        /** Checkpoints are written again after {@link #DISK_FULL}. */
        DISK_FREED
    }
}
