package dev.runyard.service.run.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Curation;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.experiment.Patch;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.Command;
import dev.runyard.service.run.Configurations;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Where runs are kept in order: what applies to which of them, and doing it. Whoever asks for one run and for many gets the same rules. */
@ApplicationScoped
public class RunDesk {
    private final Statements statements;
    private final Curation curation;
    private final Experiments experiments;
    private final Configurations configurations;
    private final Asking asking;

    public RunDesk(
            Statements statements,
            Curation curation,
            Experiments experiments,
            Configurations configurations,
            Asking asking) {
        this.statements = statements;
        this.curation = curation;
        this.experiments = experiments;
        this.configurations = configurations;
        this.asking = asking;
    }

    /**
     * What is to be done; exactly one of them.
     *
     * @param action pause, resume, cancel or retry
     * @param delete throws away what is over
     * @param restore fetches back
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "BulkDeed")
    public record Deed(
            @Nullable String action,
            @Nullable Patch patch,
            @Nullable Boolean delete,
            @Nullable Boolean restore) {
        public Deed {
            int said = (action == null ? 0 : 1)
                    + (patch == null ? 0 : 1)
                    + (delete == null ? 0 : 1)
                    + (restore == null ? 0 : 1);
            if (said != 1 || Boolean.FALSE.equals(delete) || Boolean.FALSE.equals(restore)) {
                throw Problem.invalid(
                        "OUT_OF_RANGE",
                        "do",
                        said,
                        "must say exactly one of action, patch, delete: true, restore: true",
                        null);
            }
            if (action != null && !action.matches(Command.WORDS)) {
                throw Problem.invalid(
                        "UNKNOWN_VALUE",
                        "do.action",
                        action,
                        "is not one of " + Command.WORDS.replace("|", ", "),
                        null);
            }
            if (patch != null && patch.empty()) {
                throw Problem.invalid("MISSING_FIELD", "do.patch", null, "must say what is to change", null);
            }
        }

        static Deed patch(Patch patch) {
            return new Deed(null, patch, null, null);
        }

        static Deed throwAway() {
            return new Deed(null, null, true, null);
        }

        static Deed fetchBack() {
            return new Deed(null, null, null, true);
        }
    }

    /**
     * What decides whether something applies.
     *
     * @param own whether whoever asks may change it
     */
    record Subject(
            UUID id,
            String name,
            RunState state,
            boolean inSweep,
            boolean deleted,
            boolean pinned,
            boolean external,
            String createdBy,
            boolean own) {
        static final Statements.Reader<Subject> READER = r -> new Subject(
                r.getObject(1, UUID.class),
                r.getString(2),
                RunState.valueOf(r.getString(3)),
                r.getBoolean(4),
                r.getBoolean(5),
                r.getBoolean(6),
                r.getBoolean(7),
                r.getString(8),
                r.getBoolean(9));
    }

    /** What {@link Subject#READER} reads of {@code run r}. */
    String columns() {
        return "r.id, r.name, r.state, r.sweep_id is not null, r.deleted_at is not null, r.pinned, r.external, r.created_by, "
                + asking.own("r");
    }

    /** The same for one of many, where what belongs to others is left as it is instead of refusing the rest. */
    static Optional<String> againstOneOfMany(Deed deed, Subject run) {
        return run.own()
                ? against(deed, run)
                : Optional.of("it is " + run.createdBy() + "'s, and your role changes your own runs");
    }

    /** Why the deed does not apply to the run; empty where it does. */
    static Optional<String> against(Deed deed, Subject run) {
        if (deed.action() != null) {
            return Command.fromString(deed.action()).against(run.state(), run.deleted(), run.external());
        }
        if (deed.patch() != null) {
            return deed.patch().experiment() != null && run.inSweep()
                    ? Optional.of("it belongs to a sweep; move the sweep")
                    : Optional.empty();
        }
        if (deed.delete() != null) {
            if (run.pinned() && !run.deleted()) {
                return Optional.of("it is pinned, so that all its files are kept; take the pin away first");
            }
            return run.state().terminal()
                    ? Optional.empty()
                    : Optional.of("it is " + run.state() + "; cancel it first");
        }
        return Optional.empty();
    }

    /** The runs, in the order of their ids, held until the transaction ends. */
    List<Subject> held(Collection<UUID> ids) {
        return statements.rows(
                "select " + columns() + " from run r where r.id = any(?) order by r.id for update",
                Subject.READER,
                ids);
    }

    /**
     * To one run.
     *
     * @throws Problem 404, or 409 PINNED or NOT_APPLICABLE
     */
    @Transactional
    public void one(UUID run, Deed deed, String who) {
        List<Subject> found = held(List.of(run));
        if (found.isEmpty()) {
            throw Problem.notFound("run", run);
        }
        Subject subject = found.get(0);
        if (deed.delete() != null && subject.pinned() && !subject.deleted()) {
            throw Curation.pinned(run, subject.name(), 1);
        }
        against(deed, subject).ifPresent(why -> {
            throw Problem.of(409, "NOT_APPLICABLE", "Run " + run + ": " + why + ".");
        });
        carryOut(deed, List.of(run), who);
    }

    /**
     * Changes, throws away or fetches back runs that it applies to, in the caller's transaction.
     *
     * @return those that it changed
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public List<UUID> carryOut(Deed deed, List<UUID> runs, String who) {
        if (deed.patch() == null) {
            return curation.delete(Curated.RUN, runs, deed.delete() != null, who);
        }
        return List.copyOf(change(deed.patch(), runs, who));
    }

    /** What the runs have now of what the patch would change, each as the patch that gives it back. */
    Map<UUID, Patch> before(Patch patch, Collection<UUID> runs) {
        Map<UUID, Patch> found = new HashMap<>();
        statements.each(
                "select r.id, r.tags, r.starred, r.archived, r.priority, e.name, r.pinned from run r join experiment e on e.id = r.experiment_id"
                        + " where r.id = any(?)",
                r -> {
                    ObjectNode tags = null;
                    if (patch.tags() != null) {
                        JsonNode now = Json.tree(r.getString(2));
                        tags = patch.tags().objectNode();
                        for (Map.Entry<String, JsonNode> tag : patch.tags().properties()) {
                            tags.set(tag.getKey(), now.get(tag.getKey()));
                        }
                    }
                    found.put(
                            r.getObject(1, UUID.class),
                            new Patch(
                                    null,
                                    tags,
                                    patch.starred() == null ? null : r.getBoolean(3),
                                    patch.pinned() == null ? null : r.getBoolean(7),
                                    patch.archived() == null ? null : r.getBoolean(4),
                                    patch.priority() == null ? null : r.getInt(5),
                                    patch.experiment() == null ? null : r.getString(6)));
                },
                runs);
        return found;
    }

    private Set<UUID> change(Patch patch, List<UUID> runs, String who) {
        Set<UUID> changed = curation.change(Curated.RUN, runs, patch, who);
        if (patch.priority() != null) {
            changed.addAll(curation.prioritise(Curated.RUN, runs, patch.priority(), who));
        }
        if (patch.experiment() != null) {
            UUID to = experiments.named(patch.experiment(), who).experiment();
            List<UUID> moved = curation.move(Curated.RUN, runs, to, who);
            configurations.moved(moved);
            changed.addAll(moved);
        }
        return changed;
    }
}
