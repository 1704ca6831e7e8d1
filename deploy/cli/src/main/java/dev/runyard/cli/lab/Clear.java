package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Failure;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;

/** Whether what is sent to an address crosses a network in the clear. Passwords, tokens and credentials do not. */
public final class Clear {
    /** Where the way is encrypted by other means: {@code true}. */
    public static final String VARIABLE = "RUNYARD_ALLOW_HTTP";

    private static final Pattern THIS_MACHINE = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    private Clear() {}

    /**
     * Before a secret goes there.
     *
     * @throws Failure where it would be seen on its way
     */
    public static void refuse(URI lab, Map<String, String> environment) {
        boolean clear = "http".equalsIgnoreCase(lab.getScheme())
                && !THIS_MACHINE.matcher(String.valueOf(lab.getHost())).matches();
        if (clear && !environment.getOrDefault(VARIABLE, "").strip().equals("true")) {
            throw Failure.badInput(
                    "a password or token would go to " + lab + " in the clear",
                    "write https://" + lab.getHost() + ", or set " + VARIABLE
                            + "=true where the way there is encrypted by other means");
        }
    }
}
