package dev.runyard.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.agent.device.LocalDevice;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.Json;
import dev.runyard.spec.SpecDocument;
import dev.runyard.spec.report.CheckpointRef;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a worker asks of the service. Every method throws {@link ServiceFault}. Answers are read by name, so that a newer service
 * may say more than this worker knows.
 */
public final class ServiceClient {
    private static final Duration QUICK = Duration.ofSeconds(5);

    private final Http http;

    public ServiceClient(URI base) {
        this.http = new Http(base);
    }

    /**
     * This worker as the service knows it.
     *
     * @param token allows what follows
     * @param device the id under which our device is leased
     */
    public record Registration(UUID worker, String token, UUID device, Executor executor, Duration heartbeat) {}

    /**
     * Where Temporal is.
     *
     * @param key what every call to it carries as bearer; null: it asks for nothing
     */
    public record Executor(
            String target, String namespace, @Nullable String key) {
        /** Without the key, which has no place in a log. */
        @Override
        public String toString() {
            return target + "/" + namespace;
        }
    }

    /**
     * What an attempt needs to begin.
     *
     * @param spec as it is stored, under the hash that it was given when it was submitted
     * @param client writes under the attempt's own token
     * @param checkpoints where to go on, the newest first; none for step 0
     */
    public record Started(AttemptClient client, SpecDocument spec, List<CheckpointRef> checkpoints) {}

    public Registration register(String secret, String host, String version, LocalDevice device) {
        JsonNode answer = http.json(
                "POST",
                "api/v1/workers",
                secret,
                Map.of(
                        "host",
                        host,
                        "pid",
                        ProcessHandle.current().pid(),
                        "version",
                        version,
                        "devices",
                        List.of(device)),
                QUICK);
        for (JsonNode known : answer.path("devices")) {
            if (known.path("key").asText().equals(device.key())) {
                return new Registration(
                        uuid(answer, "worker"),
                        text(answer, "token"),
                        uuid(known, "id"),
                        executor(answer),
                        Duration.ofSeconds(answer.path("heartbeatSeconds").asInt(2)));
            }
        }
        throw new ServiceFault.Refused(422, "the service did not take device " + device.key());
    }

    public Executor heartbeat(Registration me) {
        return executor(http.json("POST", "api/v1/workers/" + me.worker() + "/heartbeat", me.token(), Map.of(), QUICK));
    }

    public void leave(Registration me) {
        http.json("POST", "api/v1/workers/" + me.worker() + "/leave", me.token(), Map.of(), QUICK);
    }

    public Started start(Registration me, LeaseGrant grant) {
        JsonNode answer = http.json(
                "POST",
                "api/v1/runs/" + grant.run() + "/attempts/" + grant.attempt() + "/start",
                me.token(),
                Map.of("device", grant.device()),
                QUICK);
        List<CheckpointRef> checkpoints = new ArrayList<>();
        answer.path("checkpoints").forEach(ref -> checkpoints.add(Json.read(ref, CheckpointRef.class)));
        return new Started(
                new AttemptClient(http, grant, text(answer, "token")),
                new SpecDocument(object(answer, "spec"), text(answer, "specHash")),
                List.copyOf(checkpoints));
    }

    private static Executor executor(JsonNode answer) {
        JsonNode temporal = answer.path("temporal");
        String target = temporal.path("target").asText("");
        if (target.isEmpty()) {
            throw new ServiceFault.Unavailable("the service has not started its Temporal yet");
        }
        return new Executor(
                target,
                temporal.path("namespace").asText("default"),
                temporal.path("key").textValue());
    }

    private static String text(JsonNode answer, String name) {
        String text = answer.path(name).asText("");
        if (text.isEmpty()) {
            throw new ServiceFault.Refused(422, "the service's answer lacks " + name + "; is it an older version?");
        }
        return text;
    }

    private static ObjectNode object(JsonNode answer, String name) {
        if (answer.path(name) instanceof ObjectNode object) {
            return object;
        }
        throw new ServiceFault.Refused(422, "the service's answer lacks " + name + "; is it an older version?");
    }

    private static UUID uuid(JsonNode answer, String name) {
        return UUID.fromString(text(answer, name));
    }
}
