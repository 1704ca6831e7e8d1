package dev.runyard.cli.remote;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runyard drain} and {@code let-back}: of devices. */
public final class DeviceCommands {
    private DeviceCommands() {}

    abstract static class Act extends Verb {
        @Parameters(arity = "1..*", paramLabel = "DEVICE", description = "Ids, as \"runyard ls devices\" prints them.")
        List<String> ids;

        Act(String verb) {
            super(verb);
        }

        @Override
        List<String> paths(LabApi lab) {
            return ids.stream().map(id -> "devices/" + LabApi.encode(id)).toList();
        }
    }

    /** No more runs; what runs there goes on. */
    @Command(name = "drain", description = "Give a device no more runs; what runs there goes on.")
    public static final class Drain extends Act {
        public Drain() {
            super("drain");
        }
    }

    /** After a drain, or after it was set aside. */
    @Command(name = "let-back", description = "Let a device back that was drained or set aside.")
    public static final class LetBack extends Act {
        public LetBack() {
            super("let-back");
        }
    }
}
