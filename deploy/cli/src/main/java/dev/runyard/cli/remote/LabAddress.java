package dev.runyard.cli.remote;

import dev.runyard.cli.terminal.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Where something answers over HTTP, as a person wrote it. */
public final class LabAddress {
    private static final int LAST_PORT = 65_535;

    private LabAddress() {}

    /**
     * @param name of the setting or option that holds it
     * @return ends in a slash
     */
    public static URI of(String name, String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text : text + "/");
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if ((scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && uri.getPort() <= LAST_PORT
                    && uri.getPort() != 0
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Falls through to the one message.
        }
        String shown = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        throw Failure.badInput(
                name + " is \"" + shown + "\"", "write it as http://127.0.0.1:8080 or https://lab.example.org");
    }
}
