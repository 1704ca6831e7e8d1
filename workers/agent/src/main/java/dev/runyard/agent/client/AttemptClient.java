package dev.runyard.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.spec.metric.MetricBatch;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.report.Preparing;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one attempt may ask of the service, with a token for nothing else. Every call may be repeated; a stale one changes nothing. */
public final class AttemptClient {
    private static final System.Logger LOG = System.getLogger(AttemptClient.class.getName());
    private static final Duration QUICK = Duration.ofSeconds(3);
    private static final long LOG_BYTES = 1_000_000;
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final Http http;
    private final LeaseGrant grant;
    private final String token;
    private final String project;
    private final String attempt;
    private final Runnable look;

    AttemptClient(Http http, LeaseGrant grant, String token, String project) {
        this(http, grant, token, project, () -> {});
    }

    private AttemptClient(Http http, LeaseGrant grant, String token, String project, Runnable look) {
        this.look = look;
        this.project = project;
        this.http = http;
        this.grant = grant;
        this.token = token;
        this.attempt = "api/v1/runs/" + grant.run() + "/attempts/" + grant.attempt() + "/";
    }

    /**
     * How far an attempt is; the totals are 0 as long as they are not known.
     *
     * @param going whether it is at work though it cannot tell how far it is to go, as a program: its points tell how far it came
     */
    public record Progress(long step, int epoch, long steps, int epochs, boolean going) {
        public Progress(long step, int epoch, long steps, int epochs) {
            this(step, epoch, steps, epochs, false);
        }
    }

    /**
     * What the service says to a heartbeat.
     *
     * @param step the last one that points are there of, for a {@link Progress#going} attempt; 0 for others
     */
    public record Told(Order order, long step) {}

    /**
     * One line that a run said.
     *
     * @param seq counts from 0 within the attempt
     * @param time ISO-8601 UTC
     */
    public record LogLine(long seq, String time, String line) {}

    /**
     * The same, whose downloads look up several times a second while nothing comes.
     *
     * @param up throws what is to end them
     */
    public AttemptClient looking(Runnable up) {
        return new AttemptClient(http, grant, token, project, up);
    }

    /** @param step the last one that counts of what was measured before; -1: none does */
    public void resumed(long step) {
        post("resumed", Map.of("step", step), PATIENT);
    }

    /**
     * Renews the lease.
     *
     * @param preparing what is made before the first step; null once it trains
     */
    public Told heartbeat(Progress progress, @Nullable Preparing preparing) {
        Map<String, Object> body = new HashMap<>(Map.of("step", progress.step(), "epoch", progress.epoch()));
        if (progress.steps() > 0) { // the totals mark the first report, which makes a run RUNNING
            body.put("steps", progress.steps());
            body.put("epochs", progress.epochs());
        }
        if (preparing != null) {
            body.put("preparing", preparing);
        }
        if (progress.going()) {
            body.put("going", true);
        }
        JsonNode answer = post("heartbeat", body, QUICK);
        return new Told(
                order(answer.path("order").asText("CONTINUE")),
                answer.path("step").asLong());
    }

    /** An order of a later version: training goes on, since whoever must stop it can still let the lease end. */
    private static Order order(String word) {
        for (Order known : Order.values()) {
            if (known.name().equals(word)) {
                return known;
            }
        }
        LOG.log(Level.WARNING, "the service gave an order that this worker does not know: {0}", word);
        return Order.CONTINUE;
    }

    public void metrics(List<MetricPoint> points) {
        ours(() -> http.json(
                "POST",
                "api/v1/runs/" + grant.run() + "/metrics",
                token,
                new MetricBatch(grant.attempt(), points),
                PATIENT));
    }

    /** @param lines with consecutive numbers; sent in as many requests as their bytes need */
    public void logs(List<LogLine> lines) {
        // A character takes at most six bytes, as an escape; the service takes 1 MiB.
        long bytes = lines.stream()
                .mapToLong(line -> 100 + 6L * line.line().length())
                .sum();
        if (bytes > LOG_BYTES && lines.size() > 1) {
            logs(lines.subList(0, lines.size() / 2));
            logs(lines.subList(lines.size() / 2, lines.size()));
            return;
        }
        List<Map<String, String>> bare = lines.stream()
                .map(line -> Map.of("time", line.time(), "line", line.line()))
                .toList();
        post("logs", Map.of("from", lines.get(0).seq(), "lines", bare), PATIENT);
    }

    /** Sends a file's bytes unless the service has them. */
    public void store(String sha256, Path file) throws IOException {
        String path = "api/v1/artifacts/" + sha256;
        OptionalLong missing = ours(() -> http.missingFrom(path, token));
        if (missing.isPresent()) {
            try {
                http.put(path, token, file, missing.getAsLong());
            } catch (ServiceFault.Refused e) {
                throw staleOr(e);
            }
        }
    }

    public InputStream load(String sha256) {
        return load(sha256, 0);
    }

    /** A stored file from this byte on. A line that falls silent throws as one that is cut does. */
    public InputStream load(String sha256, long from) {
        return ours(() -> http.get("api/v1/artifacts/" + sha256, token, from, look));
    }

    /** All of its files were stored before. */
    public void checkpoint(CheckpointRef ref) {
        post("checkpoints", ref, PATIENT);
    }

    public void artifact(String name, String sha256, long size, String kind) {
        post("artifacts", Map.of("name", name, "sha256", sha256, "size", size, "kind", kind), PATIENT);
    }

    /** Tells people what happened though the attempt goes on. */
    public void notice(Notice notice) {
        post("notices", notice, PATIENT);
    }

    /** With what the attempt's program says who it is. */
    public String token() {
        return token;
    }

    /** Which project the run is of: what one makes on this machine serves no other. */
    public String project() {
        return project;
    }

    public LeaseGrant grant() {
        return grant;
    }

    /** Where the service is. */
    public URI service() {
        return http.base();
    }

    /** Books how the attempt ended; tells whether the run is over. */
    public boolean end(Outcome outcome) {
        return post("end", outcome, PATIENT).path("over").asBoolean();
    }

    private JsonNode post(String what, Object body, Duration timeout) {
        return ours(() -> http.json("POST", attempt + what, token, body, timeout));
    }

    /** A token that is not taken is one of an attempt that is over, or of a lab that is another now: never a fault of the run. */
    private static <T> T ours(Supplier<T> request) {
        try {
            return request.get();
        } catch (ServiceFault.Refused e) {
            throw staleOr(e);
        }
    }

    private static ServiceFault staleOr(ServiceFault.Refused e) {
        return e.status() == 401 ? new ServiceFault.Stale(String.valueOf(e.getMessage())) : e;
    }
}
