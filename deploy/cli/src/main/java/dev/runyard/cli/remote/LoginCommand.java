package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.vision.device.HostName;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard login} and {@code logout}. */
public final class LoginCommand {
    private LoginCommand() {}

    /** Becomes a token of this machine; the password is kept nowhere. */
    @Command(
            name = "login",
            description =
                    "Sign in to a lab elsewhere. Its password is asked for and becomes a token for this machine, which lies in the"
                            + " home; commands mean that lab from then on, unless RUNYARD_URL names another.")
    public static final class Login implements Callable<Integer> {
        @Parameters(paramLabel = "URL", description = "The lab's address, for example https://lab.example.org.")
        String url;

        @Option(names = "--name", description = "The account; asked for otherwise.")
        @Nullable
        String name;

        @Option(
                names = "--token",
                description =
                        "Read a token that the account page made from standard input, instead of a password; for those who sign in"
                                + " through their institution.")
        boolean token;

        @Override
        public Integer call() throws IOException {
            URI lab = LabAddress.of("URL", url);
            String secret = token ? read("Token: ") : made(lab);
            JsonNode me = LabApi.with(lab, secret).get("me");
            new Logins(LabHome.ofEnvironment()).keep(lab, secret);
            System.out.println("signed in to " + lab + " as " + me.path("name").asText());
            return 0;
        }

        private String made(URI lab) throws IOException {
            String account = name == null ? line("Name: ") : name;
            return LabApi.with(lab, null).token(account, read("Password: "), "runyard on " + HostName.here());
        }

        private static String read(String prompt) throws IOException {
            Console console = System.console();
            char[] typed = console == null ? null : console.readPassword("%s", prompt);
            return typed == null ? line("") : new String(typed);
        }

        private static String line(String prompt) throws IOException {
            System.err.print(prompt);
            // One byte at a time: what follows is another question's answer.
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = System.in.read(); next >= 0 && next != '\n'; next = System.in.read()) {
                line.write(next);
            }
            String given = line.toString(StandardCharsets.UTF_8).strip();
            if (given.isEmpty()) {
                throw Failure.badInput("nothing was given", "type it, or send it to standard input");
            }
            return given;
        }
    }

    /** Ends the token that {@code login} made. */
    @Command(name = "logout", description = "Forget a lab, and revoke the token that \"login\" made there.")
    public static final class Logout implements Callable<Integer> {
        @Parameters(paramLabel = "URL", description = "As given to \"login\".")
        String url;

        @Override
        public Integer call() {
            URI lab = LabAddress.of("URL", url);
            Logins logins = new Logins(LabHome.ofEnvironment());
            String token = logins.token(lab)
                    .orElseThrow(() -> Failure.badInput("this account is not signed in to " + lab, null));
            LabApi api = LabApi.with(lab, token);
            try {
                for (JsonNode one : api.items("me/tokens", 100)) {
                    if (one.path("current").asBoolean()) {
                        api.delete("me/tokens/" + LabApi.encode(one.path("id").asText()));
                    }
                }
            } finally {
                logins.forget(lab);
            }
            System.out.println("signed out of " + lab);
            return 0;
        }
    }
}
