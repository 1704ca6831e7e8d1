package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.lab.LabHome;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Labs that this account signed in to, with a token for each; in the home, readable by its owner alone. The newest is the one that commands mean. */
final class Logins {
    private static final String FILE = "logins.json";

    private final LabHome home;

    Logins(LabHome home) {
        this.home = home;
    }

    /** @param lab ends in a slash */
    Optional<String> token(URI lab) {
        return home.read(FILE)
                .map(all -> all.path("tokens").path(lab.toString()).asText(""))
                .filter(token -> !token.isEmpty());
    }

    Optional<String> newest() {
        return home.read(FILE).map(all -> all.path("newest").asText("")).filter(url -> !url.isEmpty());
    }

    void keep(URI lab, String token) {
        Map<String, String> tokens = tokens();
        tokens.put(lab.toString(), token);
        home.prepare();
        home.write(FILE, Map.of("newest", lab.toString(), "tokens", tokens));
    }

    /** @return whether there was one */
    boolean forget(URI lab) {
        Map<String, String> tokens = tokens();
        boolean known = tokens.remove(lab.toString()) != null;
        if (known) {
            String newest = newest().filter(url -> !url.equals(lab.toString())).orElse("");
            home.write(FILE, Map.of("newest", newest, "tokens", tokens));
        }
        return known;
    }

    private Map<String, String> tokens() {
        Map<String, String> tokens = new LinkedHashMap<>();
        home.read(FILE)
                .map(all -> all.path("tokens"))
                .map(JsonNode::properties)
                .ifPresent(all -> all.forEach(
                        token -> tokens.put(token.getKey(), token.getValue().asText())));
        return tokens;
    }
}
