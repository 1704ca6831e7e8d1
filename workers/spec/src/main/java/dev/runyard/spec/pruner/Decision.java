package dev.runyard.spec.pruner;

/**
 * What is decided of a run at an epoch, once and for all.
 *
 * @param stop whether it is stopped
 * @param why for people
 */
public record Decision(boolean stop, String why) {
    /** The same in the words of who reports steps. */
    public Decision ofSteps() {
        return new Decision(stop, why.replace("epoch", "step"));
    }

    static Decision keep(String why) {
        return new Decision(false, why);
    }
}
