package dev.runyard.service.http;

import dev.runyard.service.boot.LabConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Under which names the lab may be opened. A page of another site that resolves its name to this machine is not among them. */
@Singleton
class HostRules {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> names = new HashSet<>(LOOPBACK);
    private final Optional<String> published;

    @Inject
    HostRules(LabConfig config) {
        names.add(config.bind().toLowerCase(Locale.ROOT));
        config.border().proxy().ifPresent(proxy -> names.add(proxy.getHost().toLowerCase(Locale.ROOT)));
        config.border().pair().ifPresent(pair -> names.addAll(pair.names()));
        published = config.border().proxy().map(HostRules::origin);
        config.hosts().forEach(host -> names.add(host.toLowerCase(Locale.ROOT)));
    }

    /** @param authority the Host header: a name, or name:port */
    boolean allows(@Nullable String authority) {
        if (authority == null || authority.isEmpty()) {
            return false;
        }
        return names.contains(name(authority).toLowerCase(Locale.ROOT));
    }

    /**
     * Whether a page with this Origin was served by us, under the very host and port of the request.
     *
     * @param secure whether the browser's end of the way is known to be encrypted: a page that came in the clear is then not ours
     */
    boolean sameOrigin(String origin, @Nullable String authority, boolean secure) {
        if (authority == null) {
            return false;
        }
        String own = authority.toLowerCase(Locale.ROOT);
        String given = origin.toLowerCase(Locale.ROOT);
        // What a proxy passes on says no port that is not the usual one; where the lab is opened was said by whoever
        // set it up.
        if (published.filter(given::equals).isPresent()) {
            return true;
        }
        // Where something speaks TLS, it serves the lab under a name of its own, not under this machine's loopback
        // names.
        boolean behindProxy = !LOOPBACK.contains(name(own));
        return !secure && given.equals("http://" + own) || (secure || behindProxy) && given.equals("https://" + own);
    }

    /** As browsers spell that of a page there. */
    private static String origin(URI address) {
        int port = address.getPort();
        return ("https://" + address.getHost() + (port < 0 || port == 443 ? "" : ":" + port)).toLowerCase(Locale.ROOT);
    }

    private static String name(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean port = colon > authority.lastIndexOf(']') && colon >= 0;
        String digits = port ? authority.substring(colon + 1) : "";
        return port && digits.matches("\\d{1,5}") ? authority.substring(0, colon) : authority;
    }
}
