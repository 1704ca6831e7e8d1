package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Table;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard enrol} and {@code revoke}: of hosts. */
public final class EnrolCommands {
    private EnrolCommands() {}

    /** A token with which a host joins. */
    @Command(
            name = "enrol",
            description = {
                "Make a token with which one host joins the lab, once:",
                "  runyard worker --server URL --enrol TOKEN",
                "The host gets a credential of its own for it, which \"runyard revoke\" takes back."
            })
    public static final class Enrol implements Callable<Integer> {
        @Option(names = "--minutes", defaultValue = "60", description = "How long it serves, 1 to 1440; default 60.")
        int minutes;

        @Option(names = "--list", description = "List the hosts that joined, and tokens that wait for one.")
        boolean list;

        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            if (list) {
                Table table = new Table("CREDENTIAL", "HOST", "MADE BY", "JOINED", "LAST USED", "REVOKED");
                for (JsonNode one : lab.get("credentials")) {
                    table.row(
                            one.path("id").asText(),
                            Shown.text(one.path("host")),
                            one.path("createdBy").asText(),
                            Shown.text(one.path("usedAt")),
                            Shown.text(one.path("lastUsed")),
                            Shown.text(one.path("revokedAt")));
                }
                table.lines().forEach(System.out::println);
                return 0;
            }
            System.out.println(lab.post("credentials", Map.of("minutes", minutes))
                    .path("token")
                    .asText());
            return 0;
        }
    }

    /** Sends a host away. */
    @Command(
            name = "revoke",
            description = "Take a host's credential back: its workers are out at once, and their runs go elsewhere.")
    public static final class Revoke implements Callable<Integer> {
        @Parameters(
                arity = "1..*",
                paramLabel = "CREDENTIAL",
                description = "Ids, as \"runyard enrol --list\" prints them.")
        List<String> ids;

        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            for (String id : ids) {
                lab.delete("credentials/" + LabApi.encode(id));
                System.out.println(id + " revoked");
            }
            return 0;
        }
    }
}
