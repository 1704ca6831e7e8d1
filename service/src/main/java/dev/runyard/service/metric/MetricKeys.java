package dev.runyard.service.metric;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The dictionary of metric names. A name's number never changes, so it is remembered for the life of the process. */
@ApplicationScoped
class MetricKeys {
    private static final int REMEMBERED = 200_000;

    private static final String FIND = "select id, key from metric_key where key = any(?)";

    /** Fenced like the points themselves: an overtaken attempt leaves not even a name behind. */
    private static final String ADD = """
            insert into metric_key (key, lower_is_better)
            select k.key, k.lower from unnest(?::text[], ?::bool[]) as k(key, lower)
            where exists (select 1 from run where id = ? and attempt = ? and state in %s)
            order by k.key
            on conflict (key) do nothing
            """.formatted(MetricLedger.HELD);

    private final ConcurrentHashMap<String, Integer> ids = new ConcurrentHashMap<>();

    /**
     * The numbers of these names; those that nobody used before are added, in order of name so that two writers cannot lock
     * each other out. Names stay unknown when the attempt is not the current one.
     *
     * @param c in auto-commit mode: a name must be visible to all before its number is remembered
     */
    Map<String, Integer> ids(Connection c, UUID run, long attempt, Collection<String> keys) throws SQLException {
        Map<String, Integer> found = new HashMap<>();
        TreeSet<String> unknown = new TreeSet<>();
        for (String key : keys) {
            Integer id = ids.get(key);
            if (id == null) {
                unknown.add(key);
            } else {
                found.put(key, id);
            }
        }
        if (!unknown.isEmpty()) {
            find(c, unknown, found);
        }
        if (!unknown.isEmpty()) {
            add(c, run, attempt, unknown);
            find(c, unknown, found);
        }
        return found;
    }

    /** The number of a name that somebody used before. */
    OptionalInt id(Connection c, String key) throws SQLException {
        Integer known = ids.get(key);
        if (known != null) {
            return OptionalInt.of(known);
        }
        Map<String, Integer> found = new HashMap<>();
        find(c, new TreeSet<>(List.of(key)), found);
        Integer id = found.get(key);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    private void find(Connection c, TreeSet<String> unknown, Map<String, Integer> found) throws SQLException {
        Array names = c.createArrayOf("text", unknown.toArray());
        try (PreparedStatement s = c.prepareStatement(FIND)) {
            s.setArray(1, names);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    String key = r.getString(2);
                    found.put(key, r.getInt(1));
                    unknown.remove(key);
                    if (ids.size() < REMEMBERED) {
                        ids.put(key, r.getInt(1));
                    }
                }
            }
        } finally {
            names.free();
        }
    }

    private static void add(Connection c, UUID run, long attempt, TreeSet<String> unknown) throws SQLException {
        Boolean[] lower = unknown.stream().map(k -> Goal.of(k) == Goal.MIN).toArray(Boolean[]::new);
        try (PreparedStatement s = c.prepareStatement(ADD)) {
            s.setArray(1, c.createArrayOf("text", unknown.toArray()));
            s.setArray(2, c.createArrayOf("bool", lower));
            s.setObject(3, run);
            s.setLong(4, attempt);
            s.executeUpdate();
        }
    }
}
