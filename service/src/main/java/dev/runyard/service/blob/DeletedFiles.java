package dev.runyard.service.blob;

import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * What a deleted run left. It can be restored with all its files for a while; then its checkpoints and other files are let go, and the
 * next sweep takes what nothing else refers to. What a frozen report cites stays, with what tasks found on it.
 */
@ApplicationScoped
class DeletedFiles {
    private static final int RUNS = 200;

    private static final String GONE = """
            select r.id from run r
            where r.deleted_at < now() - make_interval(secs => ?)
              and not exists (select 1 from report_citation c where c.run_id in (r.id, r.of_run))
              and (exists (select 1 from artifact a where a.run_id = r.id)
                   or exists (select 1 from checkpoint k where k.run_id = r.id))
            order by r.deleted_at limit\s""" + RUNS;

    private final Statements statements;

    DeletedFiles(Statements statements) {
        this.statements = statements;
    }

    /**
     * Lets go of the files of runs that were deleted longer ago; some at a time, and may be repeated anywhere.
     *
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
