package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runyard admin}: what has to be done before anybody can do it on the page. */
@Command(
        name = "admin",
        description = "Accounts of a lab, made by whoever keeps it.",
        subcommands = {AdminCommands.Create.class, AdminCommands.Invite.class})
public final class AdminCommands {
    /** {@code runyard admin create}. */
    @Command(
            name = "create",
            description =
                    "Make an administrator. Prints, once, the link by which they choose their password; it is good for 48 hours.")
    public static final class Create implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "Small letters, digits, dots, dashes.")
        String name;

        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            print(lab, lab.post("accounts", Map.of("name", name, "administrator", true)));
            return 0;
        }
    }

    /** {@code runyard admin invite}. */
    @Command(
            name = "invite",
            description = "Print another link for an account whose owner lost the first, or the password.")
    public static final class Invite implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "The account.")
        String name;

        @Override
        public Integer call() {
            LabApi lab = LabApi.ofEnvironment();
            String id = lab.items("accounts", 1_000).stream()
                    .filter(account -> account.path("name").asText().equals(name))
                    .map(account -> account.path("id").asText())
                    .findFirst()
                    .orElseThrow(() -> Failure.badInput(
                            "there is no account " + name, "make it with \"runyard admin create " + name + "\""));
            print(lab, lab.post("accounts/" + LabApi.encode(id) + "/invitation", null));
            return 0;
        }
    }

    private static void print(LabApi lab, JsonNode made) {
        // The link is for others, who come by the proxy where there is one.
        String address = LabHome.ofEnvironment()
                .running()
                .filter(running -> running.url().equals(lab.url()))
                .map(LabHome.Running::published)
                .orElse(lab.url());
        // What follows the # is sent to nobody, and is in no log.
        System.out.println(address + "/#invitation=" + made.path("invitation").asText());
    }
}
