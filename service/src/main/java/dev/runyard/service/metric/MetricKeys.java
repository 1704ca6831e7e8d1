package dev.runyard.service.metric;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The dictionary of metric names. A name's number never changes, so it is remembered for the life of the process. */
@ApplicationScoped
public class MetricKeys {
    private static final int REMEMBERED = 200_000;

    private static final String FIND = "select id, key from metric_key where key = any(?)";

    /** Fenced like the points themselves: an overtaken attempt leaves not even a name behind. */
    private static final String ADD = """
            insert into metric_key (key, lower_is_better)
            select k.key, k.lower from unnest(?::text[], ?::bool[]) as k(key, lower)
            where exists (select 1 from run where id = ? and attempt = ? and state in %s)
            order by k.key
            on conflict (key) do nothing
            """.formatted(Fence.HELD);

    private static final String ADD_ALLOWED = """
            insert into metric_key (key, lower_is_better)
            select k.key, k.lower from unnest(?::text[], ?::bool[]) as k(key, lower) order by k.key on conflict (key) do nothing
            """;

    private final ConcurrentHashMap<String, Integer> ids = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, String> names = new ConcurrentHashMap<>();
    private final Statements statements;

    MetricKeys(Statements statements) {
        this.statements = statements;
    }

    /**
     * The numbers of these names; those that nobody used before are added, in order of name so that two writers cannot lock
     * each other out. Names stay unknown when the attempt is not the current one.
     *
     * <p>Outside of any transaction: a name must be visible to all before its number is remembered.
     */
    Map<String, Integer> ids(UUID run, long attempt, Collection<String> keys) {
        return ids(keys, unknown -> statements.change(ADD, List.copyOf(unknown), lower(unknown), run, attempt));
    }

    /** The same for whoever was found to be allowed to log. */
    Map<String, Integer> ids(Collection<String> keys) {
        return ids(keys, unknown -> statements.change(ADD_ALLOWED, List.copyOf(unknown), lower(unknown)));
    }

    private Map<String, Integer> ids(Collection<String> keys, Consumer<TreeSet<String>> add) {
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
            find(unknown, found);
        }
        if (!unknown.isEmpty()) {
            add.accept(unknown);
            find(unknown, found);
        }
        return found;
    }

    /** The number of a name that somebody used before. */
    public OptionalInt id(String key) {
        Integer known = ids.get(key);
        if (known != null) {
            return OptionalInt.of(known);
        }
        Map<String, Integer> found = new HashMap<>();
        find(new TreeSet<>(List.of(key)), found);
        Integer id = found.get(key);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The names of numbers. */
    public Map<Integer, String> names(Collection<Integer> numbers) {
        Map<Integer, String> found = new HashMap<>();
        int[] unknown = numbers.stream()
                .filter(number -> {
                    String name = names.get(number);
                    if (name != null) {
                        found.put(number, name);
                    }
                    return name == null;
                })
                .mapToInt(Integer::intValue)
                .toArray();
        if (unknown.length > 0) {
            statements.each(
                    "select id, key from metric_key where id = any(?)",
                    r -> {
                        found.put(r.getInt(1), r.getString(2));
                        if (names.size() < REMEMBERED) {
                            names.put(r.getInt(1), r.getString(2));
                        }
                    },
                    unknown);
        }
        return found;
    }

    private void find(TreeSet<String> unknown, Map<String, Integer> found) {
        statements.each(
                FIND,
                r -> {
                    String key = r.getString(2);
                    found.put(key, r.getInt(1));
                    if (ids.size() < REMEMBERED) {
                        ids.put(key, r.getInt(1));
                    }
                },
                List.copyOf(unknown));
        unknown.removeAll(found.keySet());
    }

    private static List<Boolean> lower(TreeSet<String> keys) {
        return keys.stream().map(k -> Goal.of(k) == Goal.MIN).toList();
    }
}
