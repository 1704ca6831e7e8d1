package dev.runyard.service.blob;

import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * What a deleted run left. It can be restored with all its files for a while, as long as its project says or else the lab; then its
 * checkpoints and other files are let go, and the next sweep takes what nothing else refers to. What is pinned stays, and what a frozen
 * report cites, with what tasks found on it.
 */
@ApplicationScoped
class DeletedFiles {
    private static final int RUNS = 200;

    private static final String OLD = """
            left join retention t on t.project_id = r.project_id
            where r.deleted_at < now() - coalesce(make_interval(days => t.deleted_days), make_interval(secs => ?))
              and not r.pinned
              and not exists (select 1 from report_citation c where c.run_id in (r.id, r.of_run))
              and not exists (select 1 from run t where t.of_run = r.id and t.ended_at is null and t.deleted_at is null)
              and (exists (select 1 from artifact a where a.run_id = r.id)
                   or exists (select 1 from checkpoint k where k.run_id = r.id))
            """;

    private static final String GONE =
            "select r.id from run r " + OLD + " order by r.deleted_at limit " + RUNS + " for update of r skip locked";

    /** Of each run the files that go: those that nothing else has. What several of them share is the first one's. */
    private static final String PLAN = """
            with gone as (select r.id, r.name, p.name as project from run r join project p on p.id = r.project_id %s),
            refers as (
              select sha256, run_id from artifact union select sha256, run_id from checkpoint_file),
            owned as (
              select f.sha256, min(f.run_id::text)::uuid as run_id from refers f left join gone g on g.id = f.run_id
              group by f.sha256 having count(*) = count(g.id))
            select g.id, g.name, g.project, count(b.sha256), coalesce(sum(b.size), 0)
            from gone g left join owned o on o.run_id = g.id left join blob b on b.sha256 = o.sha256 %s
            group by g.id, g.name, g.project order by 5 desc""".formatted(OLD, Blobs.NO_PROGRAM);

    private final Statements statements;

    DeletedFiles(Statements statements) {
        this.statements = statements;
    }

    /**
     * What {@link #letGo} and the next sweep would free.
     *
     * @param after how long a deleted run keeps its files where its project does not say
     */
    List<Freeing.Part> plan(Duration after) {
        return statements.rows(
                PLAN,
                r -> new Freeing.Part(
                        Freeing.Reason.DELETED_RUN,
                        r.getObject(1, UUID.class),
                        r.getString(2),
                        r.getString(3),
                        r.getLong(4),
                        r.getLong(5)),
                after.toMillis() / 1e3);
    }

    /**
     * Lets go of the files of runs that were deleted longer ago; some at a time, and may be repeated anywhere.
     *
     * @param after as above
     * @return of how many runs
     */
    @Transactional
    int letGo(Duration after) {
        List<UUID> runs = statements.rows(GONE, r -> r.getObject(1, UUID.class), after.toMillis() / 1e3);
        if (!runs.isEmpty()) {
            statements.change("delete from artifact where run_id = any(?)", runs);
            statements.change("delete from checkpoint where run_id = any(?)", runs);
        }
        return runs.size();
    }
}
