package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard token create|list|revoke}: tokens for programs, of the account that is signed in. */
public final class TokenCommands {
    private TokenCommands() {}

    /** {@code runyard token create}. */
    @Command(name = "create", description = "Make a token for a program. It is printed once.")
    public static final class Create implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "What it is for.")
        String name;

        @Option(names = "--read-only", description = "It looks and changes nothing.")
        boolean readOnly;

        @Option(names = "--days", paramLabel = "N", description = "Until it ends; without it, never.")
        @Nullable
        Integer days;

        @Override
        public Integer call() {
            Map<String, Object> ask = new LinkedHashMap<>(Map.of("name", name, "scope", readOnly ? "READ" : "WRITE"));
            if (days != null) {
                ask.put("days", days);
            }
            System.out.println(
                    LabApi.ofEnvironment().post("me/tokens", ask).path("secret").asText());
            return 0;
        }
    }

    /** {@code runyard token list}. */
    @Command(name = "list", description = "List the account's tokens; none of them is shown itself.")
    public static final class ListAll implements Callable<Integer> {
        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        @Override
        public Integer call() {
            List<JsonNode> tokens = LabApi.ofEnvironment().items("me/tokens", 100);
            if (json) {
                System.out.println(tokens);
                return 0;
            }
            Table table = new Table("id", "name", "scope", "ends", "last used");
            tokens.forEach(t -> table.row(
                    t.path("id").asText(),
                    t.path("name").asText(),
                    t.path("scope").asText().toLowerCase(Locale.ROOT),
                    t.path("expiresAt").asText("never"),
                    t.path("lastUsedAt").asText("never")));
            table.print(System.out);
            return 0;
        }
    }

    /** {@code runyard token revoke}. */
    @Command(name = "revoke", description = "Revoke a token: from the next request on it opens nothing.")
    public static final class Revoke implements Callable<Integer> {
        @Parameters(paramLabel = "ID", description = "As \"runyard token list\" prints it.")
        String id;

        @Override
        public Integer call() {
            LabApi.ofEnvironment().delete("me/tokens/" + LabApi.encode(id));
            return 0;
        }
    }
}
