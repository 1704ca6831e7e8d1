package dev.runyard.service.run.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Curation;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.MetricLedger;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunState;
import dev.runyard.spec.run.SpecDocument;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rows of runs that a client keeps: makes external runs, and changes their state as their client says; the lab has no say in it.
 * Whoever logs into a run asks {@link #writable} first.
 */
@ApplicationScoped
public class ClientRuns {
    /** Of which every external run is one. */
    public static final long FIRST_ATTEMPT = 1;

    private static final int MOST_TAGS = 1_000;
    private static final int MOST_APPENDED = 1 << 20;

    private static final SpecDocument NOTHING = SpecDocument.stored("{}");

    private static final String CREATE = """
            with made as (
              insert into run (id, project_id, experiment_id, name, state, attempt, external, spec, spec_hash, created_by, epochs,
                               started_at, tags)
              values (?, ?, ?, ?, 'RUNNING', %d, true, cast(? as jsonb), ?, ?, 0, ?, cast(? as jsonb))
              returning id, created_by, state),
            told as (
              insert into event (run_id, who, kind, to_state) select id, created_by, 'start', state from made)
            insert into client_run (run_id, lost_after, queued_run, queued_attempt)
            select id, cast(? as integer), cast(? as uuid), cast(? as integer) from made""".formatted(FIRST_ATTEMPT);

    private static final String KEPT = """
            select r.id, r.project_id, r.experiment_id, r.attempt, r.external, r.state, r.name, r.deleted_at is not null as deleted,
                   r.tags ->> '%s' as parent, %s as own,
                   exists (select 1 from run q where q.id = ? and q.attempt = ? and q.state in %s) as held,
                   coalesce((select c.cut_off or r.reason = 'WORKER_LOST' or c.queued_run = ? and c.queued_attempt < ?
                             from client_run c where c.run_id = r.id), false) as earlier
            from run r where r.id = ?""";

    /** As the database says of changes to the run's own row; what one logs is the run's. */
    private static final String STATE = """
            with held as (
              select id, state from run where id = ? and external and deleted_at is null for no key update)
            update run r set state = ?, ended_at = cast(? as timestamptz), reason = ?, message = ?,
                   step = case when ? then coalesce((select max(m.last_step) from metric_summary m where m.run_id = r.id), r.step)
                          else r.step end
            from held h where r.id = h.id and (h.state <> ? or r.ended_at is distinct from cast(? as timestamptz))
            returning h.state""";

    private final Statements statements;
    private final Asking asking;
    private final Fence fence;
    private final Journal journal;
    private final Wakeup wakeup;
    private final MetricLedger metrics;
    private final ProgramRuns programs;
    private final Curation curation;

    public ClientRuns(
            Statements statements,
            Asking asking,
            Fence fence,
            Journal journal,
            Wakeup wakeup,
            MetricLedger metrics,
            ProgramRuns programs,
            Curation curation) {
        this.curation = curation;
        this.programs = programs;
        this.metrics = metrics;
        this.fence = fence;
        this.statements = statements;
        this.asking = asking;
        this.journal = journal;
        this.wakeup = wakeup;
    }

    /**
     * A run to be.
     *
     * @param tags texts by name
     * @param lostAfter seconds of silence after which it is FAILED; null: never
     * @param by the attempt at a queued run whose program begins it
     */
    public record Fresh(
            UUID id,
            Experiments.Place place,
            String name,
            Instant startedAt,
            ObjectNode tags,
            @Nullable Integer lostAfter,
            String who,
            Caller.@Nullable Attempt by) {
        public Fresh withId(UUID other) {
            return new Fresh(other, place, name, startedAt, tags, lostAfter, who, by);
        }
    }

    /**
     * A run that may be logged into.
     *
     * @param attempt that what is logged belongs to
     * @param by the attempt whose program logs into its run, or into one below it; null for people
     */
    public record Kept(
            UUID id,
            UUID project,
            UUID experiment,
            long attempt,
            boolean external,
            RunState state,
            String name,
            Caller.@Nullable Attempt by) {
        private Kept takenUp(long now) {
            return new Kept(id, project, experiment, now, external, RunState.RUNNING, name, by);
        }
    }

    /** Makes an external run, which runs from now on. */
    @Transactional
    public void create(Fresh run) {
        // Else it could be made behind the end of the attempt, and never end.
        fence.hold(run.by());
        statements.change(
                CREATE,
                run.id(),
                run.place().project(),
                run.place().experiment(),
                run.name(),
                NOTHING.text(),
                NOTHING.hash(),
                run.who(),
                run.startedAt(),
                tags(run.tags()),
                run.lostAfter(),
                run.by() == null ? null : run.by().run(),
                run.by() == null ? null : run.by().attempt());
        metrics.begins(run.id());
        wakeup.tell();
    }

    /**
     * The run, where this caller may log into it: a person into an external run that is their own (or whose project they keep), an
     * attempt into its run while it holds it, and into external runs that this one is the parent of.
     *
     * @throws Problem 404, 403; 400 INVALID_STATE for a deleted run, or one of the lab's that a person would write to; 409 for an attempt
     *     that is over
     */
    public Kept writable(UUID run, Caller caller) {
        return kept(run, caller, true);
    }

    /** The same for what people may do to runs of the lab, too, such as to tag them. */
    public Kept changeable(UUID run, Caller caller) {
        return kept(run, caller, false);
    }

    private Kept kept(UUID run, Caller caller, boolean logs) {
        record Row(Kept kept, boolean deleted, @Nullable String parent, boolean own, boolean held, boolean earlier) {}
        Caller.@Nullable Attempt by = caller instanceof Caller.Attempt attempt ? attempt : null;
        Row row = asking.unrecorded(() -> statements.row(
                        KEPT.formatted(ClientTags.PARENT, asking.own("r"), Fence.HELD),
                        r -> new Row(
                                new Kept(
                                        r.getObject("id", UUID.class),
                                        r.getObject("project_id", UUID.class),
                                        r.getObject("experiment_id", UUID.class),
                                        r.getLong("attempt"),
                                        r.getBoolean("external"),
                                        RunState.valueOf(r.getString("state")),
                                        r.getString("name"),
                                        by),
                                r.getBoolean("deleted"),
                                r.getString("parent"),
                                r.getBoolean("own"),
                                r.getBoolean("held"),
                                r.getBoolean("earlier")),
                        by == null ? null : by.run(),
                        by == null ? null : by.attempt(),
                        by == null ? null : by.run(),
                        by == null ? null : by.attempt(),
                        run))
                .orElseThrow(() -> missing(run.toString()));
        Kept kept = row.kept();
        if (row.deleted()) {
            throw Problem.of(
                    400,
                    "INVALID_PARAMETER_VALUE",
                    "The run " + run + " must be in the 'active' state. Current state is deleted.");
        }
        if (caller instanceof Caller.Attempt attempt) {
            boolean itself = attempt.run().equals(run);
            if (!itself) {
                caller.owns(kept.external() && attempt.run().toString().equals(row.parent()));
            }
            // As of now: what is written asks again, in its own transaction (Fence.hold).
            if (!row.held()) {
                throw new StaleAttempt(attempt.run(), attempt.attempt());
            }
            if (!itself && logs && row.earlier()) {
                OptionalLong now = programs.take(run, attempt);
                return now.isPresent() ? kept.takenUp(now.getAsLong()) : kept;
            }
        } else if (!row.own()) {
            throw Problem.notAllowed();
        } else if (logs && !kept.external()) {
            throw Problem.of(
                    400,
                    "INVALID_STATE",
                    "Run " + run + " is one that this lab carries out: only its own worker logs into it."
                            + " Log into a run of your own (runs/create), for example with this one as its parent.");
        }
        return kept;
    }

    /** @throws Problem always: 404, in words that MLflow's clients know */
    public static Problem missing(String run) {
        return Problem.of(404, "RESOURCE_DOES_NOT_EXIST", "Run with id=" + run + " not found");
    }

    /**
     * What the client says of its run's state. What is so already stays so.
     *
     * @param state RUNNING, PAUSED (it will run), FINISHED, FAILED or CANCELLED
     * @param endedAt of a state that is an end; null: now
     * @param by the attempt whose program says so
     * @throws StaleAttempt once that attempt is over, with which its runs ended
     */
    @Transactional
    public void become(UUID run, RunState state, @Nullable Instant endedAt, String who, Caller.@Nullable Attempt by) {
        fence.hold(by, run);
        Instant end = !state.terminal() ? null : endedAt == null ? Instant.now() : endedAt;
        boolean failed = state == RunState.FAILED;
        Optional<RunState> from = statements.row(
                STATE,
                r -> RunState.valueOf(r.getString(1)),
                run,
                state,
                end,
                failed ? FailureReason.PROGRAM : null,
                failed ? "its program ended with an error; its own output says which" : null,
                state.terminal(),
                state,
                end);
        statements.change("update client_run set heard_at = now(), cut_off = false where run_id = ?", run);
        from.filter(before -> before != state).ifPresent(before -> {
            if (state.terminal()) {
                journal.run(run, null, who, "end", before, state, null);
            } else {
                journal.run(run, null, who, "start", before, state, null);
            }
        });
    }

    /** Nothing was heard for as long as its owner lets it: RUNNING → FAILED. */
    @Transactional
    public void lost(UUID run, String why) {
        int changed = statements.change("""
                update run r set state = 'FAILED', reason = 'WORKER_LOST', message = ?, ended_at = now()
                where r.id = ? and r.external and r.state = 'RUNNING' and r.deleted_at is null
                  and exists (select 1 from client_run c where c.run_id = r.id
                              and c.heard_at < now() - make_interval(secs => c.lost_after))""", why, run);
        if (changed == 1) {
            journal.run(run, null, Journal.RECONCILER, "end", RunState.RUNNING, RunState.FAILED, why);
        }
    }

    /**
     * Name and the tag that says it.
     *
     * @param by the attempt whose program says so
     * @throws StaleAttempt once that attempt is over
     */
    @Transactional
    public void rename(UUID run, String name, Caller.@Nullable Attempt by) {
        fence.hold(by, run);
        statements.change(
                "update run set name = ?, tags = tags || jsonb_build_object('" + ClientTags.NAME
                        + "', cast(? as text)) where id = ? and name <> ?",
                name,
                name,
                run,
                name);
        wakeup.tell();
    }

    /**
     * Sets tags; one that is there gets the new text.
     *
     * @param by the attempt whose program says so
     * @throws Problem 422 TOO_MANY_TAGS, 403; 409 once that attempt is over
     */
    @Transactional
    public void tag(UUID run, ObjectNode tags, Caller.@Nullable Attempt by) {
        fence.hold(by, run);
        merge(run, tags);
    }

    private void merge(UUID run, ObjectNode tags) {
        Integer count = statements
                .row(
                        "update run set tags = tags || cast(? as jsonb) where id = ?"
                                + " returning (select count(*) from jsonb_object_keys(tags))",
                        r -> r.getInt(1),
                        tags(tags),
                        run)
                .orElse(0);
        if (count > MOST_TAGS) {
            throw Problem.invalid(
                    "TOO_MANY_TAGS", "tags", count, "are more than the " + MOST_TAGS + " that a run may have", null);
        }
        JsonNode lost = tags.get(ClientTags.LOST_AFTER);
        if (lost != null) {
            statements.change(
                    "update client_run set lost_after = cast(? as integer) where run_id = ?",
                    ClientTags.seconds(lost.asText()),
                    run);
        }
        wakeup.tell();
    }

    /** Puts something behind what a tag holds, which is an array of JSON; otherwise as {@link #tag}. */
    @Transactional
    public void append(UUID run, String tag, JsonNode entry, Caller.@Nullable Attempt by) {
        fence.hold(by, run);
        String text = statements
                .row(
                        "select tags ->> ? from run where id = ? for no key update",
                        r -> String.valueOf(r.getString(1)),
                        tag,
                        run)
                .orElse("null");
        ArrayNode all = Json.mapper().createArrayNode();
        if (!text.equals("null") && Json.tree(text) instanceof ArrayNode before) {
            all.addAll(before);
        }
        all.add(entry);
        ObjectNode tags = Json.mapper().createObjectNode();
        tags.put(tag, all.toString());
        if (all.toString().length() > MOST_APPENDED) {
            throw Problem.invalid(
                    "TAG_TOO_LONG",
                    tag,
                    all.size(),
                    "entries have more than the " + MOST_APPENDED + " characters that they may have together",
                    "log further models in runs of their own");
        }
        merge(run, tags);
    }

    /** Whether there was such a tag; otherwise as {@link #tag}. */
    @Transactional
    public boolean untag(UUID run, String tag, Caller.@Nullable Attempt by) {
        fence.hold(by, run);
        boolean there = statements.change(
                        "update run set tags = tags - cast(? as text) where id = ? and jsonb_exists(tags, ?)",
                        tag,
                        run,
                        tag)
                == 1;
        if (there && tag.equals(ClientTags.LOST_AFTER)) {
            statements.change("update client_run set lost_after = null where run_id = ?", run);
        }
        wakeup.tell();
        return there;
    }

    /** Thrown away, as a client says; otherwise as {@link #tag}. */
    @Transactional
    public void delete(UUID run, String who, Caller.@Nullable Attempt by) {
        fence.hold(by, run);
        curation.delete(Curated.RUN, List.of(run), true, who);
    }

    private static String tags(ObjectNode tags) {
        return Json.canonical(tags);
    }
}
