package dev.runyard.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.agent.device.Machine;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.StoredPlace;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Protocol;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.device.LocalDevice;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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

    /** As long as a bucket behind the service may take for the first byte of a file, and then some. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    public ServiceClient(URI base) {
        this(base, SILENCE);
    }

    /** @param silence without a byte of a file after which the line counts as dead */
    public ServiceClient(URI base, Duration silence) {
        this.http = new Http(base, silence);
    }

    /**
     * This worker as the service knows it.
     *
     * @param token allows what follows
     * @param device the id under which our device is leased
     */
    public record Registration(UUID worker, String token, UUID device, Executor executor, Duration heartbeat) {}

    /** A live worker has the device. */
    public static final String TAKEN = "DEVICE_TAKEN";

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
     * @param inputs files of the finished run that a task looks at; none for a training
     * @param beside keys of the further devices that it has, all of this host
     * @param places what its spec names and the lab has stored
     */
    public record Started(
            AttemptClient client,
            SpecDocument spec,
            List<CheckpointRef> checkpoints,
            List<CheckpointRef.File> inputs,
            List<String> beside,
            List<StoredPlace> places) {}

    /**
     * Who asks to be a worker.
     *
     * @param process this process alone; registering again it keeps what it has
     * @param lock the secret of the device's lock, see {@link dev.runyard.agent.device.DeviceLock}
     * @param version of the product, for people
     * @param labels of its device, that placements may ask for
     * @param places what its host has by name, each with its fingerprint
     */
    public record Candidate(
            Machine machine,
            UUID process,
            String lock,
            String version,
            LocalDevice device,
            Map<String, String> labels,
            Map<String, String> places) {
        /** The device as it is offered. */
        private ObjectNode offer() {
            ObjectNode offer = Json.mapper().valueToTree(device);
            if (!labels.isEmpty()) {
                offer.set("labels", Json.mapper().valueToTree(labels));
            }
            if (!places.isEmpty()) {
                offer.set("places", Json.mapper().valueToTree(places));
            }
            return offer;
        }
    }

    /**
     * @throws ServiceFault.Refused 401 without the enrolment secret; 409 {@link #TAKEN} while a live worker has the device; 426 where
     *     both speak no common version
     */
    public Registration register(String secret, Candidate me) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "host", me.machine().host(),
                "machine", me.machine().id(),
                "pid", ProcessHandle.current().pid(),
                "process", me.process(),
                "lock", me.lock(),
                "version", me.version(),
                "protocol", Protocol.SPOKEN,
                "devices", List.of(me.offer())));
        LocalDevice device = me.device();
        JsonNode answer = http.json("POST", "api/v1/workers", secret, body, QUICK);
        int spoken = answer.path("protocol").asInt(Protocol.UNSTATED.to());
        if (spoken < Protocol.SPOKEN.from() || spoken > Protocol.SPOKEN.to()) {
            throw new ServiceFault.Refused(
                    426,
                    "the service speaks version " + spoken + " of the protocol, this worker "
                            + Protocol.SPOKEN.spelled() + "; install the same release on both");
        }
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

    /**
     * Tells that a device of this machine does not work, so that its worker does not register; the list of devices shows why.
     *
     * @param why one line with the remedy
     */
    public void unfit(String secret, Machine machine, LocalDevice device, String why) {
        http.json(
                "POST",
                "api/v1/workers/unfit",
                secret,
                Map.of("host", machine.host(), "machine", machine.id(), "device", device, "why", why),
                QUICK);
    }

    /** Tells that our device stopped working under an attempt; nothing more is granted there until it is let back. */
    public void lost(Registration me, String why) {
        http.json(
                "POST",
                "api/v1/workers/" + me.worker() + "/devices/" + me.device() + "/lost",
                me.token(),
                Map.of("why", why),
                QUICK);
    }

    public Executor heartbeat(Registration me) {
        return executor(http.json("POST", "api/v1/workers/" + me.worker() + "/heartbeat", me.token(), Map.of(), QUICK));
    }

    public void leave(Registration me) {
        http.json("POST", "api/v1/workers/" + me.worker() + "/leave", me.token(), Map.of(), QUICK);
    }

    /** Of these attempts those whose folders are worth keeping: the newest of runs that are not over. */
    public List<LeaseGrant> wanted(Registration me, List<LeaseGrant> attempts) {
        JsonNode answer = http.json(
                "POST",
                "api/v1/workers/" + me.worker() + "/folders",
                me.token(),
                Map.of(
                        "attempts",
                        attempts.stream()
                                .limit(1_000)
                                .map(one -> Map.of("run", one.run(), "attempt", one.attempt()))
                                .toList()),
                QUICK);
        List<LeaseGrant> kept = new ArrayList<>();
        for (JsonNode one : answer.path("keep")) {
            kept.add(new LeaseGrant(uuid(one, "run"), one.path("attempt").asLong(), me.device()));
        }
        // What was not asked about stays until the next time.
        kept.addAll(attempts.subList(Math.min(1_000, attempts.size()), attempts.size()));
        return kept;
    }

    /**
     * Takes an attempt up.
     *
     * @throws Unreadable when the answer cannot be read, which is no fault of the run
     */
    public Started start(Registration me, LeaseGrant grant) {
        JsonNode answer;
        try {
            answer = http.json(
                    "POST",
                    "api/v1/runs/" + grant.run() + "/attempts/" + grant.attempt() + "/start",
                    me.token(),
                    Map.of("device", grant.device()),
                    QUICK);
        } catch (ServiceFault.Refused e) {
            // The device is another worker's now, or this one was taken for gone.
            throw e.status() == 401 ? new ServiceFault.Stale(String.valueOf(e.getMessage())) : e;
        }
        // A service of an earlier version names none: then its run shares with no other.
        String project = answer.path("project").asText(grant.run().toString());
        AttemptClient client = new AttemptClient(http, grant, text(answer, "token"), project);
        try {
            Started started = started(client, answer);
            requireKnown(started.spec());
            return started;
        } catch (RuntimeException e) {
            throw new Unreadable(client, e);
        }
    }

    /** What a service sent to begin with is not what this worker knows; its attempt can still be given back. */
    public static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient AttemptClient client;

        Unreadable(AttemptClient client, RuntimeException cause) {
            super("what the service sent to begin with cannot be read: " + cause.getMessage(), cause);
            this.client = client;
        }

        public AttemptClient client() {
            return client;
        }
    }

    /** What is wrong with a spec of a known version is for training to say: that is the run's. */
    private static void requireKnown(SpecDocument spec) {
        try {
            spec.spec();
        } catch (InvalidSpec e) {
            if (e.code().equals("UNKNOWN_VERSION")) {
                throw e;
            }
        }
    }

    private static Started started(AttemptClient client, JsonNode answer) {
        List<CheckpointRef> checkpoints = new ArrayList<>();
        answer.path("checkpoints").forEach(ref -> checkpoints.add(Json.read(ref, CheckpointRef.class)));
        List<CheckpointRef.File> inputs = new ArrayList<>();
        answer.path("inputs").forEach(file -> inputs.add(Json.read(file, CheckpointRef.File.class)));
        List<String> beside = new ArrayList<>();
        answer.path("beside").forEach(key -> beside.add(key.asText()));
        List<StoredPlace> places = new ArrayList<>();
        answer.path("places").forEach(place -> places.add(Json.read(place, StoredPlace.class)));
        return new Started(
                client,
                new SpecDocument(object(answer, "spec"), text(answer, "specHash")),
                List.copyOf(checkpoints),
                List.copyOf(inputs),
                List.copyOf(beside),
                List.copyOf(places));
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
