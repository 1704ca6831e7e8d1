package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard drain}, {@code let-back}, {@code hold} and {@code label}: of devices. */
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
    @Command(name = "let-back", description = "Let a device back that was drained, held or set aside.")
    public static final class LetBack extends Act {
        public LetBack() {
            super("let-back");
        }
    }

    /** Mine for a while. */
    @Command(
            name = "hold",
            description =
                    "Keep a device for yourself for a while: what runs there goes on, nothing more starts. It ends by itself.")
    public static final class Hold implements Callable<Integer> {
        private static final Pattern TIME = Pattern.compile("(\\d{1,5})(m|h|d)");

        @Parameters(paramLabel = "DEVICE", description = "Its id, as \"runyard ls devices\" prints it.")
        String id;

        @Option(
                names = "--for",
                required = true,
                paramLabel = "TIME",
                description = "Such as 90m, 2h or 1d; at most 7d.")
        String time;

        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            JsonNode now = lab.post("devices/" + LabApi.encode(id) + "/hold", Map.of("minutes", minutes(time)));
            System.out.println(now.path("id").asText() + " is held by "
                    + now.path("heldBy").asText() + " until "
                    + Shown.time(now.path("heldUntil")));
            return 0;
        }

        static int minutes(String time) {
            Matcher matcher = TIME.matcher(time.strip());
            if (!matcher.matches()) {
                throw Failure.badInput("--for is \"" + time + "\"", "write it as 90m, 2h or 1d");
            }
            int unit =
                    switch (matcher.group(2)) {
                        case "m" -> 1;
                        case "h" -> 60;
                        default -> 24 * 60;
                    };
            return Math.multiplyExact(Integer.parseInt(matcher.group(1)), unit);
        }
    }

    /** What placements may ask for. */
    @Command(
            name = "label",
            description = {
                "Say labels of a device that placements may ask for; they replace what people said before.",
                "None: only those of its worker are left."
            })
    public static final class Label implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "DEVICE", description = "Its id, as \"runyard ls devices\" prints it.")
        String id;

        @Parameters(index = "1..*", paramLabel = "NAME=VALUE", description = "Such as gpu=a100.")
        Map<String, String> labels = Map.of();

        @Override
        public Integer call() {
            JsonNode now =
                    LabApi.ofEnvironment().put("devices/" + LabApi.encode(id) + "/labels", Map.of("labels", labels));
            System.out.println(now.path("id").asText() + " " + now.path("labels"));
            return 0;
        }
    }
}
