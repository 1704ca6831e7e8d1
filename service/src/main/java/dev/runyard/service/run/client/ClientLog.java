package dev.runyard.service.run.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Contention;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.ClientPoints;
import dev.runyard.service.metric.MetricLedger;
import dev.runyard.service.metric.PointBatch;
import dev.runyard.service.run.RunLedger;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunState;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What clients log into a run: all of one request in one transaction, which holds the run against its other clients; a request that
 * comes again changes nothing. The lab writes it for whoever was found to be allowed to ({@link ClientRuns#writable}): the walls are not
 * asked again for each point.
 */
@ApplicationScoped
public class ClientLog {
    private static final Logger LOG = Logger.getLogger(ClientLog.class);

    static final int MOST_DATASETS = 1_000;

    /** Bytes of all data sets of a run: whoever looks at it reads them at once. */
    private static final long MOST_TEXT = ClientParams.MOST_TEXT;

    private static final int TRIES = 4;

    private static final String HOLD = """
            select r.state, r.reason = 'WORKER_LOST' and not c.cut_off as lost, c.params, c.heard_at < now() - interval '1 second' as quiet,
                   case when c.said_attempt = r.attempt then c.said else '{}' end as said
            from run r join client_run c on c.run_id = r.id
            where r.id = ? and r.deleted_at is null and r.attempt = ? and (r.external or r.state in %s)
            for share of r for update of c""".formatted(Fence.HELD);

    private static final String DATASET = """
            insert into run_dataset (run_id, name, digest, source_type, source, schema, profile, tags)
            values (?, ?, ?, ?, ?, ?, ?, cast(? as jsonb))
            on conflict (run_id, name, digest) do update set tags = run_dataset.tags || excluded.tags""";

    private final Statements statements;
    private final Fence fence;
    private final Asking asking;
    private final ClientParams params;
    private final ClientPoints points;
    private final Journal journal;
    private final MetricLedger ledger;
    private final RunLedger runs;

    public ClientLog(
            Statements statements,
            Fence fence,
            Asking asking,
            ClientParams params,
            ClientPoints points,
            Journal journal,
            MetricLedger ledger,
            RunLedger runs) {
        this.runs = runs;
        this.fence = fence;
        this.statements = statements;
        this.asking = asking;
        this.params = params;
        this.points = points;
        this.journal = journal;
        this.ledger = ledger;
    }

    /**
     * A data set that a run says it used.
     *
     * @param tags of the use
     */
    public record Dataset(
            String name,
            String digest,
            String sourceType,
            String source,
            @Nullable String schema,
            @Nullable String profile,
            ObjectNode tags) {}

    /** What one request logs; each may be empty. */
    public record Entry(Map<String, String> params, PointBatch points, List<Dataset> datasets) {}

    /**
     * Stores what is new of it, or nothing.
     *
     * @throws Problem 400 when a parameter has another value already, or there is too much of something; 409 for an attempt that is over
     */
    public void store(ClientRuns.Kept run, Entry entry) {
        int tries = asking.unrecorded(() -> asking.asLab(() -> asLab(run, entry)));
        if (tries > 1) {
            LOG.debugf("run %s: another request changed the same rows; stored at the try %d", run.id(), tries);
        }
    }

    private int asLab(ClientRuns.Kept run, Entry entry) {
        ClientPoints.Named named = points.named(entry.points());
        int tries = again(() -> once(run, entry, named));
        Failpoint.REQUEST_COMMITTED.reach();
        return tries;
    }

    /** Each time in a transaction of its own, as long as others change the same rows; answers how often it took. */
    private static int again(Runnable once) {
        for (int tried = 1; ; tried++) {
            try {
                QuarkusTransaction.requiringNew().run(once);
                return tried;
            } catch (Contention e) {
                if (tried == TRIES) {
                    throw e;
                }
            }
        }
    }

    /**
     * The program of an external run goes on from an earlier step: what it measured beyond that becomes a ghost, and what it measures from
     * now on is a new attempt's. That of a queued run has its attempt already.
     */
    public void resume(ClientRuns.Kept run, long step) {
        if (!run.external()) {
            int tries = asking.asLab(() -> again(() -> {
                ledger.supersede(run.id(), run.attempt(), step);
                runs.resumed(run.id(), run.attempt(), step);
            }));
            LOG.debugf("run %s goes on from step %d; stored at the try %d", run.id(), step, tries);
            return;
        }
        int tries = asking.asLab(() -> again(() -> {
            hold(run);
            long next = statements.number(
                    "update run set attempt = attempt + 1, state = 'RUNNING', ended_at = null, reason = null, message = null"
                            + " where id = ? and attempt = ? and external returning attempt",
                    run.id(),
                    run.attempt());
            if (next == 0) {
                throw new StaleAttempt(run.id(), run.attempt());
            }
            ledger.supersede(run.id(), next, step);
        }));
        LOG.debugf("run %s goes on from step %d; stored at the try %d", run.id(), step, tries);
    }

    /** What the client said of parameters, as it wrote them. */
    public SortedMap<String, String> params(UUID run) {
        return statements
                .row(
                        "select params from client_run where run_id = ?",
                        r -> ClientParams.texts(Json.tree(r.getString(1))),
                        run)
                .orElseGet(TreeMap::new);
    }

    /** @param said names of parameters that this attempt has said, kept of no first one, which said all */
    private record Held(RunState state, boolean lost, JsonNode params, boolean quiet, JsonNode said) {}

    private void once(ClientRuns.Kept run, Entry entry, ClientPoints.Named named) {
        Held held = hold(run);
        params.store(run, held.params(), held.said(), entry.params());
        points.store(run.id(), run.attempt(), named);
        entry.datasets().forEach(dataset -> dataset(run.id(), dataset));
        if (held.quiet()) {
            statements.change("update client_run set heard_at = clock_timestamp() where run_id = ?", run.id());
        }
        if (held.lost() && run.external()) {
            // It is not lost, then.
            statements.change(
                    "update run set state = 'RUNNING', reason = null, message = null, ended_at = null where id = ?"
                            + " and state = 'FAILED' and reason = 'WORKER_LOST'",
                    run.id());
            journal.run(
                    run.id(),
                    null,
                    Journal.RECONCILER,
                    "start",
                    RunState.FAILED,
                    RunState.RUNNING,
                    "its client is back");
        }
    }

    private Held hold(ClientRuns.Kept run) {
        if (run.external()) {
            // Its own run holds the next statement. Before the run's own row, as the end of the attempt does it: what
            // it wrote comes before that end, or not
            // at all.
            fence.hold(run.by());
        }
        return held(run)
                .or(() -> {
                    statements.change("insert into client_run (run_id) values (?) on conflict do nothing", run.id());
                    return held(run);
                })
                .orElseThrow(() -> new StaleAttempt(run.id(), run.attempt()));
    }

    private Optional<Held> held(ClientRuns.Kept run) {
        return statements.row(
                HOLD,
                r -> new Held(
                        RunState.valueOf(r.getString(1)),
                        r.getBoolean(2),
                        Json.tree(r.getString(3)),
                        r.getBoolean(4),
                        Json.tree(r.getString(5))),
                run.id(),
                run.attempt());
    }

    private void dataset(UUID run, Dataset dataset) {
        long others = statements.number(
                "select count(*) from run_dataset where run_id = ? and (name, digest) <> (?, ?)",
                run,
                dataset.name(),
                dataset.digest());
        if (others >= MOST_DATASETS) {
            throw Problem.invalid(
                    "TOO_MANY_DATASETS",
                    "datasets",
                    dataset.name(),
                    "is one more than the " + MOST_DATASETS + " data sets that a run may have",
                    null);
        }
        long text = statements.number("""
                select coalesce(sum(octet_length(source) + coalesce(octet_length(schema), 0)
                  + coalesce(octet_length(profile), 0) + octet_length(tags::text)), 0)
                from run_dataset where run_id = ? and (name, digest) <> (?, ?)""", run, dataset.name(), dataset.digest())
                + bytes(dataset.source())
                + bytes(dataset.schema())
                + bytes(dataset.profile())
                + bytes(Json.canonical(dataset.tags()));
        if (text > MOST_TEXT) {
            throw Problem.invalid(
                    "TOO_MANY_DATASETS",
                    "datasets",
                    dataset.name(),
                    "brings the data sets of the run to " + text + " bytes, more than the " + MOST_TEXT
                            + " that they may have together",
                    "log long schemas and profiles as artifacts");
        }
        statements.change(
                DATASET,
                run,
                dataset.name(),
                dataset.digest(),
                dataset.sourceType(),
                dataset.source(),
                dataset.schema(),
                dataset.profile(),
                Json.canonical(dataset.tags()));
    }

    private static long bytes(@Nullable String text) {
        return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }
}
