package dev.runyard.cli.remote;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runyard pause}, {@code resume}, {@code cancel}, {@code retry}: of a run, or of every run of a sweep. */
public final class ActCommands {
    private ActCommands() {}

    abstract static class Act extends Verb {
        @Parameters(
                arity = "1..*",
                paramLabel = "ID",
                description = "Of runs or sweeps; a beginning that is unique is enough.")
        List<String> ids;

        Act(String verb) {
            super(verb);
        }

        @Override
        List<String> paths(LabApi lab) {
            return ids.stream()
                    .map(id -> Found.byId(lab, id))
                    .map(found -> found.kind() + "/" + found.id())
                    .toList();
        }
    }

    /** Checkpoint and give the device back. */
    @Command(name = "pause", description = "Checkpoint and give the device back; resume goes on from there.")
    public static final class Pause extends Act {
        public Pause() {
            super("pause");
        }
    }

    /** Queue what was paused. */
    @Command(name = "resume", description = "Queue what was paused.")
    public static final class Resume extends Act {
        public Resume() {
            super("resume");
        }
    }

    /** Stop for good. */
    @Command(name = "cancel", description = "Stop for good.")
    public static final class Cancel extends Act {
        public Cancel() {
            super("cancel");
        }
    }

    /** Queue what failed or was cancelled. */
    @Command(name = "retry", description = "Queue again what failed or was cancelled.")
    public static final class Retry extends Act {
        public Retry() {
            super("retry");
        }
    }
}
