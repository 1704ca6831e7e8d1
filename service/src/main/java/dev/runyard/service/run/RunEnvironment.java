package dev.runyard.service.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.db.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a run was, as its last attempt and its newest checkpoint tell.
 *
 * @param host of the last attempt
 * @param device its name
 * @param kind cpu or cuda
 * @param version of the worker
 * @param dataHash of names, sizes and labels of the data set; once there is a checkpoint
 * @param backboneHash of the frozen weights; likewise
 * @param deviceSeconds that all attempts took together, waits left out
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunEnvironment(
        String host,
        String device,
        String kind,
        String version,
        @Nullable String dataHash,
        @Nullable String backboneHash,
        double deviceSeconds) {
    private static final String SELECT = """
            select d.host, d.name, d.kind, w.version, c.manifest ->> 'dataHash', c.manifest ->> 'backboneHash',
                   (select sum(extract(epoch from coalesce(o.ended_at, now()) - coalesce(o.started_at, o.granted_at)))
                    from attempt o where o.run_id = a.run_id)
            from attempt a join device d on d.id = a.device_id join worker w on w.id = a.worker_id
            left join lateral (select manifest from checkpoint c where c.run_id = a.run_id order by c.attempt desc, c.step desc
                               limit 1) c on true
            where a.run_id = ? order by a.attempt desc limit 1""";

    private RunEnvironment(ResultSet r) throws SQLException {
        this(
                r.getString(1),
                r.getString(2),
                r.getString(3),
                r.getString(4),
                r.getString(5),
                r.getString(6),
                Math.rint(r.getDouble(7) * 10) / 10);
    }

    /** Empty for a run that no device ever had. */
    static Optional<RunEnvironment> of(Statements statements, UUID run) {
        return statements.row(SELECT, RunEnvironment::new, run);
    }
}
