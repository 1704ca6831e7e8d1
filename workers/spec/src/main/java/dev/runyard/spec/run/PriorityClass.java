package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which runs are served before which others, whatever their priority. In the order in which they are served. */
public enum PriorityClass {
    /** Before all others; after 30 s it takes the device of a preemptible run of a lower class. */
    @JsonProperty("urgent")
    URGENT,
    @JsonProperty("normal")
    NORMAL,
    /** On devices that nobody else wants; one that has waited a day counts as normal. */
    @JsonProperty("idle")
    IDLE;

    /** Whether this one is served first. */
    public boolean before(PriorityClass other) {
        return ordinal() < other.ordinal();
    }

    /** As documents spell it. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
