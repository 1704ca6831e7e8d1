package dev.runyard.service.metric;

import dev.runyard.spec.InvalidSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Holds a run to 10,000 metrics. Remembers which metrics a run has, so that the usual batch asks the database nothing. */
@ApplicationScoped
class RunKeys {
    private static final int RUNS = 2_000;

    private static final String COUNT_WITH = """
            select (select count(*) from metric_summary where run_id = ?)
              + (select count(*) from unnest(?::int[]) as k(id)
                 where not exists (select 1 from metric_summary s where s.run_id = ? and s.key_id = k.id))
            """;

    private final Map<UUID, BitSet> known = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, BitSet> eldest) {
            return size() > RUNS;
        }
    };

    /**
     * @param keyIds metrics that the run is about to have
     * @throws InvalidSpec TOO_MANY_KEYS
     */
    void check(Connection c, UUID run, int[] keyIds) throws SQLException {
        if (knows(run, keyIds)) {
            return;
        }
        try (PreparedStatement s = c.prepareStatement(COUNT_WITH)) {
            s.setObject(1, run);
            s.setObject(2, keyIds);
            s.setObject(3, run);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                if (r.getLong(1) > MetricLedger.MAX_KEYS) {
                    throw new InvalidSpec(
                            "TOO_MANY_KEYS",
                            "points",
                            r.getLong(1),
                            "distinct metrics are more than the " + MetricLedger.MAX_KEYS + " that one run may have",
                            "put what varies into the step, not into the name");
                }
            }
        }
    }

    void remember(UUID run, int[] keyIds) {
        synchronized (known) {
            BitSet ids = known.computeIfAbsent(run, r -> new BitSet());
            for (int id : keyIds) {
                ids.set(id);
            }
        }
    }

    void forget(UUID run) {
        synchronized (known) {
            known.remove(run);
        }
    }

    private boolean knows(UUID run, int[] keyIds) {
        synchronized (known) {
            BitSet ids = known.get(run);
            if (ids == null) {
                return false;
            }
            for (int id : keyIds) {
                if (!ids.get(id)) {
                    return false;
                }
            }
            return true;
        }
    }
}
