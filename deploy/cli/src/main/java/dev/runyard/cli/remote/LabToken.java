package dev.runyard.cli.remote;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What this account shows to a lab: to the one of its home what lies there, to another what {@code RUNYARD_TOKEN} holds, or the file
 * that {@code RUNYARD_TOKEN_FILE} names, or what {@code runyard login} made there. A home's token goes to no other address.
 */
final class LabToken {
    private static final int LONGEST = 500;

    private LabToken() {}

    static Optional<String> of(URI lab, Map<String, String> environment, LabHome home) {
        if (home.running()
                .filter(running -> same(URI.create(running.url()), lab))
                .isPresent()) {
            return home.token();
        }
        String given = environment.getOrDefault("RUNYARD_TOKEN", "").strip();
        if (!given.isEmpty()) {
            return Optional.of(checked("RUNYARD_TOKEN", given));
        }
        String file = environment.getOrDefault("RUNYARD_TOKEN_FILE", "").strip();
        if (!file.isEmpty()) {
            return Optional.of(checked("RUNYARD_TOKEN_FILE", read(file)));
        }
        return new Logins(home).token(lab);
    }

    private static boolean same(URI one, URI other) {
        return one.getPort() == other.getPort()
                && String.valueOf(one.getScheme()).equalsIgnoreCase(String.valueOf(other.getScheme()))
                && (one.getHost().equals(other.getHost()) || "localhost".equals(other.getHost()));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw Failure.badInput(
                    "RUNYARD_TOKEN_FILE: " + file + " cannot be read ("
                            + e.getClass().getSimpleName() + ")",
                    "name a file that holds what \"runyard token\" prints on the lab's machine");
        }
    }

    /** The value is not repeated: it may be a secret of something else. */
    private static String checked(String variable, String token) {
        if (token.length() > LONGEST || !token.matches("[\\x21-\\x7e]+")) {
            throw Failure.badInput(
                    variable + " does not hold a token", "give what \"runyard token\" prints on the lab's machine");
        }
        return token;
    }
}
