package dev.runyard.service.account;

import dev.runyard.service.http.Problem;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How often somebody may be wrong. Counted are wrong tries: {@value #OF_BOTH} a minute at one name from one address, {@value #OF_ADDRESS}
 * from one address, {@value #OF_NAME} at one name from wherever. What is beyond is refused before anything is computed.
 */
final class Throttle {
    static final int OF_BOTH = 5;
    static final int OF_ADDRESS = 30;
    static final int OF_NAME = 60;
    private static final long WINDOW_MILLIS = 60_000;
    private static final int REMEMBERED = 10_000;

    private final Clock clock;
    private final Map<String, Deque<Long>> wrong = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<Long>> eldest) {
            return size() > REMEMBERED;
        }
    };

    Throttle(Clock clock) {
        this.clock = clock;
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
                        "Too many wrong tries to sign in; wait "
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

    private static Map<String, Integer> limits(String name, String address) {
        String plain = name.toLowerCase(Locale.ROOT);
        return Map.of("both " + address + " " + plain, OF_BOTH, "from " + address, OF_ADDRESS, "at " + plain, OF_NAME);
    }
}
