package dev.runyard.service.account;

import dev.runyard.service.http.Problem;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How often somebody may be wrong, or begin something and not end it. What is beyond is refused before anything is computed or kept. */
final class Throttle {
    /**
     * Tries that count, in a minute.
     *
     * @param ofBoth at one name from one address
     * @param ofAddress from one address
     * @param ofName at one name from wherever
     */
    record Limits(int ofBoth, int ofAddress, int ofName) {}

    /** Of wrong passwords and invitations. */
    static final Limits WRONG = new Limits(5, 30, 60);

    private static final long WINDOW_MILLIS = 60_000;
    private static final int REMEMBERED = 10_000;

    private final Clock clock;
    private final Limits limits;
    private final Map<String, Deque<Long>> wrong = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<Long>> eldest) {
            return size() > REMEMBERED;
        }
    };

    Throttle(Clock clock, Limits limits) {
        this.clock = clock;
        this.limits = limits;
    }

    /**
     * A try begins, and counts as wrong until {@link #right} says otherwise: those that are under way count, too.
     *
     * @throws Problem 429 for one too many
     */
    synchronized void tries(String name, String address) {
        long now = clock.millis();
        for (Map.Entry<String, Integer> limit : limits(name, address).entrySet()) {
            Deque<Long> times = wrong.computeIfAbsent(limit.getKey(), key -> new ArrayDeque<>());
            while (!times.isEmpty() && now - times.getFirst() >= WINDOW_MILLIS) {
                times.removeFirst();
            }
            if (times.size() >= limit.getValue()) {
                throw Problem.of(
                        429,
                        "TOO_MANY_TRIES",
                        "Too many tries to sign in; wait "
                                + Math.max(1, (WINDOW_MILLIS - (now - times.getFirst())) / 1_000)
                                + " seconds.");
            }
        }
        limits(name, address).keySet().forEach(key -> wrong.computeIfAbsent(key, k -> new ArrayDeque<>())
                .addLast(now));
    }

    /** The newest try was no wrong one. */
    synchronized void right(String name, String address) {
        limits(name, address).keySet().forEach(key -> {
            Deque<Long> times = wrong.get(key);
            if (times != null) {
                times.pollLast();
            }
        });
    }

    private Map<String, Integer> limits(String name, String address) {
        String plain = name.toLowerCase(Locale.ROOT);
        return Map.of(
                "both " + address + " " + plain,
                limits.ofBoth(),
                "from " + address,
                limits.ofAddress(),
                "at " + plain,
                limits.ofName());
    }
}
