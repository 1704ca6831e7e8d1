package dev.runyard.service.boot;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Sign-in through an institution's OpenID Connect issuer.
 *
 * @param issuer its address ({@code RUNYARD_OIDC_ISSUER}); https, or this machine
 * @param client what the issuer calls this lab ({@code RUNYARD_OIDC_CLIENT})
 * @param secret of the client ({@code RUNYARD_OIDC_SECRET})
 * @param groups what membership of a group means ({@code RUNYARD_OIDC_GROUPS}: {@code group=project:role,…}; {@code group=administrator}); null project: the lab
 */
public record Sso(URI issuer, String client, Optional<String> secret, Map<String, Grant> groups) {
    /** @param role viewer, researcher, maintainer; administrator where there is no project */
    public record Grant(Optional<String> project, String role) {}

    static Optional<Sso> read(Function<String, Optional<String>> given) {
        return given.apply("oidc.issuer")
                .map(issuer -> new Sso(
                        address(issuer),
                        given.apply("oidc.client")
                                .orElseThrow(() -> new StartFailure(
                                        "RUNYARD_OIDC_ISSUER is set without RUNYARD_OIDC_CLIENT",
                                        "set it to what the issuer calls this lab")),
                        given.apply("oidc.secret"),
                        groups(given.apply("oidc.groups").orElse(""))));
    }

    private static URI address(String text) {
        try {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (uri.getHost() != null
                    && ("https".equals(uri.getScheme())
                            || "http".equals(uri.getScheme()) && HttpAddress.loopback(uri.getHost()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the one message.
        }
        throw new StartFailure(
                "RUNYARD_OIDC_ISSUER is \"" + text + "\"",
                "write the issuer's address, as https://login.example.org/realm");
    }

    private static Map<String, Grant> groups(String text) {
        Map<String, Grant> groups = new LinkedHashMap<>();
        for (String one : text.split(",", -1)) {
            if (one.isBlank()) {
                continue;
            }
            String[] sides = one.strip().split("=", 2);
            String[] grant = sides.length == 2 ? sides[1].split(":", 2) : new String[0];
            String role =
                    grant.length == 0 ? "" : grant[grant.length - 1].strip().toUpperCase(Locale.ROOT);
            boolean good = grant.length == 2 && role.matches("VIEWER|RESEARCHER|MAINTAINER")
                    || grant.length == 1 && role.equals("ADMINISTRATOR");
            if (!good) {
                throw new StartFailure(
                        "RUNYARD_OIDC_GROUPS has \"" + one.strip() + "\"",
                        "write group=project:viewer, :researcher or :maintainer, or group=administrator, with commas between");
            }
            groups.put(
                    sides[0].strip(),
                    new Grant(grant.length == 2 ? Optional.of(grant[0].strip()) : Optional.empty(), role));
        }
        return groups;
    }
}
