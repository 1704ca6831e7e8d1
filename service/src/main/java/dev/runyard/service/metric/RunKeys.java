package dev.runyard.service.metric;

import dev.runyard.service.db.Statements;
import dev.runyard.spec.InvalidSpec;
import jakarta.enterprise.context.ApplicationScoped;
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

    /** With fewer than this nobody need count: other replicas cannot have added so many meanwhile. */
    private static final int FEW = 1_000;

    /**
     * Metrics that a run is known to have.
     *
     * @param all whether it had no others when it began here
     */
    private record Known(BitSet ids, boolean all) {}

    private final Map<UUID, Known> known = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Known> eldest) {
            return size() > RUNS;
        }
    };

    private final Statements statements;

    RunKeys(Statements statements) {
        this.statements = statements;
    }

    /**
     * @param keyIds metrics that the run is about to have
     * @throws InvalidSpec TOO_MANY_KEYS
     */
    void check(UUID run, int[] keyIds) {
        if (knows(run, keyIds)) {
            return;
        }
        long count = statements.number(COUNT_WITH, run, keyIds, run);
        if (count > MetricLedger.MAX_KEYS) {
            throw new InvalidSpec(
                    "TOO_MANY_KEYS",
                    "points",
                    count,
                    "distinct metrics are more than the " + MetricLedger.MAX_KEYS + " that one run may have",
                    "put what varies into the step, not into the name");
        }
    }

    void remember(UUID run, int[] keyIds) {
        synchronized (known) {
            BitSet ids = known.computeIfAbsent(run, r -> new Known(new BitSet(), false))
                    .ids();
            for (int id : keyIds) {
                ids.set(id);
            }
        }
    }

    /** A run that is new, and has none. */
    void begins(UUID run) {
        synchronized (known) {
            known.put(run, new Known(new BitSet(), true));
        }
    }

    void forget(UUID run) {
        synchronized (known) {
            known.remove(run);
        }
    }

    private boolean knows(UUID run, int[] keyIds) {
        synchronized (known) {
            Known of = known.get(run);
            if (of == null) {
                return false;
            }
            int fresh = 0;
            for (int id : keyIds) {
                fresh += of.ids().get(id) ? 0 : 1;
            }
            return fresh == 0 || of.all() && of.ids().cardinality() + fresh <= FEW;
        }
    }
}
