package dev.runyard.service.mlflow;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.metric.MetricKeys;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Curves by MLflow's protocol. Written as text at once: a page of them is most of what is read of a lab. */
@Path("/api/2.0/mlflow/metrics")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "mlflow")
@RolesAllowed({Role.PERSON, Role.ATTEMPT})
public class MlflowMetricResource {
    /** Runs of one bulk request. */
    private static final int RUNS = 100;

    /** Points where no page is asked for, which the oldest clients do not. */
    private static final int UNPAGED = 250_000;

    private static final String POINTS = """
            select p.step, p.time, p.value from metric_point p
            where p.run_id = ? and p.key_id = ? and p.superseded_by is null and (p.step, p.time) > (?, ?)
            order by p.step, p.time limit ?""";

    /** Points that are looked at to thin them, where no steps are named. */
    private static final long MOST_THINNED = 5_000_000;

    private static final String POINTS_OF =
            "select coalesce(sum(count), 0) from metric_summary where run_id = any(?) and key_id = ?";

    /** Most points of each run that are asked for, thinned. */
    private static final int THINNED = 2_500;

    /**
     * Of the steps that any of the runs has, evenly many; and the first and last of each run. Where steps come again, such as those of a
     * client without steps, a run gives no more than its share: of each step the first point before the second of any.
     */
    private static final String THIN = """
            with among as not materialized (
              select p.run_id, p.step, p.time, p.value from metric_point p
              where p.run_id = any(?) and p.key_id = ? and p.superseded_by is null and p.step between ? and ?),
            steps as (
              select step, row_number() over (order by step) - 1 as i, count(*) over () as n from (select distinct step from among) s),
            ends as (select run_id, min(step) as low, max(step) as high from among group by run_id)
            select run_id, step, time, value from (
              select c.*, row_number() over (partition by run_id order by again, step, time) as nth from (
                select a.*, row_number() over (partition by a.run_id, a.step order by a.time) as again
                from among a join ends e on e.run_id = a.run_id
                where a.step = e.low or a.step = e.high
                  or a.step in (select step from steps where (i * ? + n - 1) / n * n / ? = i)) c) chosen
            where nth <= ? order by run_id, step, time""";

    private static final Pattern TOKEN = Pattern.compile("(\\d{1,16}),(\\d{1,18})");

    private final Statements statements;
    private final Scope scope;
    private final MetricKeys keys;

    MlflowMetricResource(Statements statements, Scope scope, MetricKeys keys) {
        this.keys = keys;
        this.statements = statements;
        this.scope = scope;
    }

    /** Behind which point a page begins. */
    private record Place(long step, long time) {
        static final Place FIRST = new Place(-1, Long.MIN_VALUE);

        String token() {
            return Base64.getUrlEncoder().encodeToString((step + "," + time).getBytes(StandardCharsets.US_ASCII));
        }

        static Place of(@Nullable String token) {
            if (token == null || token.isEmpty()) {
                return FIRST;
            }
            try {
                Matcher read =
                        TOKEN.matcher(new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII));
                if (read.matches()) {
                    return new Place(Long.parseLong(read.group(1)), Long.parseLong(read.group(2)));
                }
            } catch (IllegalArgumentException e) {
                // Falls through: whatever it is, it is none of ours.
            }
            throw Wire.invalid("Invalid page token, could not base64-decode");
        }
    }

    @GET
    @Path("/get-history")
    @Transactional
    public String history(@Context UriInfo uri) {
        Wire message = Wire.query(uri);
        UUID run = message.run();
        String key = message.text("metric_key");
        Long asked = message.wholeOrNull("max_results");
        int most = asked == null ? UNPAGED : message.most("max_results", 0, MlflowRuns.Limits.POINTS);
        known(run);
        StringBuilder json = new StringBuilder(1 << 16).append("{\"metrics\":[");
        Place last = append(json, run, key, Place.of(message.textOrNull("page_token")), most, null);
        json.append(']');
        if (last != null) {
            json.append(",\"next_page_token\":\"").append(last.token()).append('"');
        }
        return json.append('}').toString();
    }

    @GET
    @Path("/get-history-bulk")
    @Transactional
    public String bulk(@Context UriInfo uri) {
        Wire message = Wire.query(uri);
        List<String> runs = message.texts("run_id");
        if (runs.isEmpty()) {
            throw Wire.invalid("GetMetricHistoryBulk request must specify at least one run_id.");
        }
        if (runs.size() > RUNS) {
            throw Wire.invalid("GetMetricHistoryBulk request cannot specify more than " + RUNS + " run_ids. Received "
                    + runs.size() + " run_ids.");
        }
        String key = message.textOrEmpty("metric_key");
        if (key.isEmpty()) {
            throw Wire.invalid("GetMetricHistoryBulk request must specify a metric_key.");
        }
        Long asked = message.wholeOrNull("max_results");
        int left =
                asked == null ? MlflowRuns.Limits.POINTS : (int) Math.min(Math.max(asked, 0), MlflowRuns.Limits.POINTS);
        StringBuilder json = new StringBuilder(1 << 16).append("{\"metrics\":[");
        int[] count = {0};
        for (String run : runs.stream().sorted().toList()) {
            UUID id = Wire.run(run);
            known(id);
            if (count[0] < left) {
                append(json, id, key, Place.FIRST, left - count[0], count);
            }
        }
        return json.append("]}").toString();
    }

    /** Points of several runs, thinned by steps that all of them share, so that the curves of one chart meet. */
    @GET
    @Path("/get-history-bulk-interval")
    public String interval(@Context UriInfo uri) {
        Wire message = Wire.query(uri);
        List<String> asked = message.texts("run_ids");
        if (asked.isEmpty()) {
            throw message.missing("run_ids");
        }
        if (asked.size() > RUNS) {
            throw Wire.invalid("GetMetricHistoryBulkInterval request must specify at most " + RUNS
                    + " run_ids. Received " + asked.size() + " run_ids.");
        }
        String key = message.text("metric_key");
        if (key.isEmpty()) {
            throw message.missing("metric_key");
        }
        Long first = message.wholeOrNull("start_step");
        Long last = message.wholeOrNull("end_step");
        if ((first == null) != (last == null)) {
            throw Wire.invalid("If either start step or end step are specified, both must be specified.");
        }
        if (first != null && last != null && first > last) {
            throw Wire.invalid("end_step must be greater than start_step. Found start_step=" + first + " and end_step="
                    + last + ".");
        }
        Long most = message.wholeOrNull("max_results");
        if (most != null && (most < 1 || most > THINNED)) {
            throw Wire.invalid("max_results must be between 1 and " + THINNED + ". Received " + most + ".");
        }
        List<UUID> runs = asked.stream().map(Wire::run).distinct().toList();
        runs.forEach(this::known);
        long from = first == null ? 0 : first;
        long to = last == null ? Long.MAX_VALUE : last;
        return statements.glance(() -> thinned(runs, key, from, to, most == null ? THINNED : most.intValue()));
    }

    private String thinned(List<UUID> runs, String key, long first, long last, int most) {
        StringBuilder json = new StringBuilder(1 << 16).append("{\"metrics\":[");
        OptionalInt number = keys.id(key);
        if (number.isPresent()) {
            int id = number.getAsInt();
            if (last == Long.MAX_VALUE && statements.number(POINTS_OF, runs, id) > MOST_THINNED) {
                throw Wire.invalid("These runs have more than " + MOST_THINNED
                        + " points of that metric; ask for fewer runs, or for steps from start_step to end_step.");
            }
            String head = "{\"key\":" + MlflowRuns.quoted(key) + ",\"run_id\":\"";
            statements.each(
                    THIN,
                    r -> point(
                            json, head + r.getString(1) + "\",\"value\":", r.getLong(2), r.getLong(3), r.getDouble(4)),
                    runs,
                    id,
                    first,
                    last,
                    most,
                    most,
                    most + 2);
        }
        return json.append("]}").toString();
    }

    private static void point(StringBuilder json, String head, long step, long time, double value) {
        if (json.charAt(json.length() - 1) != '[') {
            json.append(',');
        }
        json.append(head);
        MlflowRuns.value(json, value);
        json.append(",\"timestamp\":")
                .append(time / 1_000)
                .append(",\"step\":")
                .append(step)
                .append('}');
    }

    private void known(UUID run) {
        scope.sees(run);
        if (statements
                .row("select 1 from run where id = ?", r -> r.getInt(1), run)
                .isEmpty()) {
            throw dev.runyard.service.run.client.ClientRuns.missing(run.toString());
        }
    }

    /**
     * @param count of points written, of several runs; null for the page of one
     * @return the last point, where more follow
     */
    private @Nullable Place append(
            StringBuilder json, UUID run, String key, Place from, int most, int @Nullable [] count) {
        String head = "{\"key\":" + MlflowRuns.quoted(key) + (count == null ? "" : ",\"run_id\":\"" + run + "\"")
                + ",\"value\":";
        int[] n = {0};
        long[] last = {0, 0};
        OptionalInt number = keys.id(key);
        if (number.isEmpty()) {
            return null;
        }
        statements.each(
                POINTS,
                r -> {
                    if (n[0]++ == most) {
                        return;
                    }
                    last[0] = r.getLong(1);
                    last[1] = r.getLong(2);
                    point(json, head, last[0], last[1], r.getDouble(3));
                },
                run,
                number.getAsInt(),
                from.step(),
                from.time(),
                most + 1);
        if (count != null) {
            count[0] += Math.min(n[0], most);
        }
        return n[0] > most ? new Place(last[0], last[1]) : null;
    }
}
