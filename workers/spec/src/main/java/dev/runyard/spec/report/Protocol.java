package dev.runyard.spec.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.OptionalInt;

/**
 * Versions of what worker and service say to each other, both ends included. Each side states its range when a worker registers;
 * the highest version of both is spoken. Version 1 is that of release 0.1.0, which states none; 2 sends specs as they were written,
 * with their first hash, and takes outcomes over HTTP alone.
 *
 * @param from the oldest, at least 1
 * @param to the newest
 */
public record Protocol(int from, int to) {
    /** What this build speaks: a worker of 0.1.0 would give a spec another hash, so its version is not among them. */
    public static final Protocol SPOKEN = new Protocol(2, 2);

    /** What a side that states nothing speaks. */
    public static final Protocol UNSTATED = new Protocol(1, 1);

    public Protocol {
        if (from < 1 || to < from) {
            throw new IllegalArgumentException("must be from <= to, from 1 on, not " + from + " to " + to);
        }
    }

    /** The version that both speak; empty when there is none. */
    public OptionalInt common(Protocol other) {
        int highest = Math.min(to, other.to);
        return highest >= Math.max(from, other.from) ? OptionalInt.of(highest) : OptionalInt.empty();
    }

    /** Whether everything this side speaks came before what the other does. */
    public boolean olderThan(Protocol other) {
        return to < other.from;
    }

    /** For people: {@code 2}, or {@code 2 to 3}. */
    @JsonIgnore
    public String spelled() {
        return from == to ? Integer.toString(from) : from + " to " + to;
    }
}
