package dev.runyard.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long each user had devices while all of them had something waiting or going: until the first of them has nothing left to begin. */
final class DeviceTime {
    private record Span(Instant from, Instant to) {}

    private final Map<String, List<Span>> had = new HashMap<>();
    private final Map<String, Instant> lastBegin = new HashMap<>();

    /** @param attempts at one run, as the REST interface lists them, in any order; one that goes on counts to this moment */
    void add(String user, JsonNode attempts) {
        Instant first = Instant.MAX;
        for (JsonNode attempt : attempts) {
            Instant from = Instant.parse(attempt.path("grantedAt").asText());
            Instant to = attempt.hasNonNull("endedAt")
                    ? Instant.parse(attempt.path("endedAt").asText())
                    : Instant.now();
            had.computeIfAbsent(user, u -> new ArrayList<>()).add(new Span(from, to));
            first = from.isBefore(first) ? from : first;
        }
        // Of a run that waits still, this is far ahead.
        lastBegin.merge(user, first, (a, b) -> a.isAfter(b) ? a : b);
    }

    /** Of device-time that the first had to what the other had. */
    double ratio(String one, String other) {
        return seconds(one) / seconds(other);
    }

    private Instant from() {
        return had.values().stream()
                .map(spans -> spans.stream()
                        .map(Span::from)
                        .min(Comparator.naturalOrder())
                        .orElseThrow())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    private Instant to() {
        return lastBegin.values().stream().min(Comparator.naturalOrder()).orElseThrow();
    }

    private double seconds(String user) {
        Instant from = from();
        Instant to = to();
        return had.getOrDefault(user, List.of()).stream()
                .mapToDouble(span -> Math.max(
                        0,
                        Duration.between(
                                                span.from().isAfter(from) ? span.from() : from,
                                                span.to().isBefore(to) ? span.to() : to)
                                        .toMillis()
                                / 1e3))
                .sum();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("device-seconds from " + from() + " to " + to() + ":");
        had.forEach((user, spans) -> text.append(' ')
                .append(user)
                .append(' ')
                .append(seconds(user))
                .append(' ')
                .append(spans));
        return text.toString();
    }
}
