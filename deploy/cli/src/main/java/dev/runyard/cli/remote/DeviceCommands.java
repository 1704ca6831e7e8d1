package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard drain} and {@code let-back}: of devices. */
public final class DeviceCommands {
    private DeviceCommands() {}

    abstract static class Act implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "DEVICE", description = "Ids, as \"runyard ls devices\" prints them.")
        List<String> ids;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        private final String verb;

        Act(String verb) {
            this.verb = verb;
        }

        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            for (String id : ids) {
                JsonNode now = lab.post("devices/" + LabApi.encode(id) + "/" + verb, null);
                System.out.println(
                        json
                                ? now.toPrettyString()
                                : now.path("id").asText() + " "
                                        + now.path("state").asText());
            }
            return 0;
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
