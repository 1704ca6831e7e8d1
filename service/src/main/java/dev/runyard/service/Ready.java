package dev.runyard.service;

import dev.runyard.service.boot.Home;
import dev.runyard.service.boot.HttpAddress;
import dev.runyard.service.boot.Version;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Says in {@code lab.json} that the service answers, and where; the file is there exactly as long as that is so. */
public final class Ready implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(Ready.class);
    private static volatile @Nullable Facts plan;

    /**
     * What main found out.
     *
     * @param published where people open it, where that is behind a proxy
     * @param superuser whether the role of the database may do everything there
     */
    record Facts(
            Path home,
            HttpAddress address,
            Optional<URI> published,
            String temporal,
            OptionalInt postgresPort,
            boolean superuser) {}

    static void plan(Facts facts) {
        plan = facts;
    }

    @Override
    public int run(String... args) throws IOException {
        Facts facts = plan;
        if (facts == null) {
            Quarkus.waitForExit();
            return 0;
        }
        Path file = facts.home().resolve("lab.json");
        Home.replace(file, json(facts));
        LOG.infof("ready at %s", facts.address().url());
        try {
            Quarkus.waitForExit();
        } finally {
            Files.deleteIfExists(file);
        }
        return 0;
    }

    private static String json(Facts facts) throws IOException {
        Map<String, Object> lab = new LinkedHashMap<>();
        lab.put("pid", ProcessHandle.current().pid());
        lab.put("url", facts.address().url());
        lab.put("port", facts.address().port());
        facts.published().ifPresent(address -> lab.put("published", address.toString()));
        lab.put("temporal", facts.temporal());
        facts.postgresPort().ifPresent(port -> lab.put("postgresPort", port));
        if (facts.superuser()) {
            lab.put("superuser", true);
        }
        lab.put("version", Version.CURRENT);
        lab.put("startedAt", Instant.now().toString());
        return new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(lab);
    }
}
