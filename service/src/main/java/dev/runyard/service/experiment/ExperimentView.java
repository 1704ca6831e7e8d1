package dev.runyard.service.experiment;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.db.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An experiment as shown.
 *
 * @param runs how many it has, without deleted ones, counted to {@value #COUNTED}
 * @param open how many of them are not over, counted likewise
 * @param failed how many of them FAILED, counted likewise
 * @param lastActivity when a run of it was queued last
 * @param tags texts by name
 * @param archived put away: lists leave it out unless asked
 * @param deletedAt when it was thrown away
 * @param hasNote whether somebody wrote a note
 * @param judgedBy which metric says how far it is; absent where nothing was measured
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExperimentView(
        UUID id,
        String project,
        String name,
        Instant createdAt,
        String createdBy,
        long runs,
        long open,
        long failed,
        Instant lastActivity,
        Map<String, String> tags,
        boolean starred,
        boolean archived,
        @Nullable Instant deletedAt,
        boolean hasNote,
        @Nullable JudgedBy judgedBy) {
    static final int COUNTED = 10_000;

    static final String SELECT = """
            select e.id, p.name as project, e.name, e.created_at, e.created_by, e.tags, e.starred, e.archived, e.deleted_at,
                   c.runs, c.open, c.failed,
                   greatest(e.created_at, (select max(r.created_at) from run r where r.experiment_id = e.id)) as active,
                   coalesce((select n.text <> '' from note n where n.subject = e.id order by n.id desc limit 1), false) as noted,
                   %s as judged
            from experiment e join project p on p.id = e.project_id cross join lateral (
              select count(*) as runs, count(*) filter (where r.state = 'FAILED') as failed,
                     count(*) filter (where r.state not in ('FINISHED', 'PRUNED', 'FAILED', 'CANCELLED')) as open
              from (select state from run r where r.experiment_id = e.id and not r.archived and r.deleted_at is null
                    limit %d) r) c
            """.formatted(JudgedBy.COLUMN, COUNTED);

    ExperimentView(ResultSet r) throws SQLException {
        this(
                r.getObject("id", UUID.class),
                r.getString("project"),
                r.getString("name"),
                Statements.instant(r, "created_at"),
                r.getString("created_by"),
                r.getLong("runs"),
                r.getLong("open"),
                r.getLong("failed"),
                Statements.instant(r, "active"),
                Curated.tags(r.getString("tags")),
                r.getBoolean("starred"),
                r.getBoolean("archived"),
                Statements.time(r, "deleted_at"),
                r.getBoolean("noted"),
                JudgedBy.of(r.getString("judged")));
    }
}
