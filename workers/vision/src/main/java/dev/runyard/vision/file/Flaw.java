package dev.runyard.vision.file;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;

/**
 * What is wrong inside a file, said without a byte of it: whoever may name a file in a spec must not learn from a message what stands in
 * it. Made here only, and never with a parser's exception as its cause, whose message quotes what it met.
 *
 * @param file its name
 * @param position where: a line, an entry, a field; empty for the whole file
 * @param rule what stands there and what belongs there, by kind, never by value
 * @param remedy what to do
 */
public record Flaw(String file, String position, String rule, String remedy) {

    /** In a text, lines from 1. */
    public static Flaw line(String file, long line, String rule, String remedy) {
        return new Flaw(file, "line " + line, rule, remedy);
    }

    /** In a field of a JSON document, or another named or numbered place. */
    public static Flaw at(String file, String position, String rule, String remedy) {
        return new Flaw(file, position, rule, remedy);
    }

    /** In the file as a whole. */
    public static Flaw whole(String file, String rule, String remedy) {
        return new Flaw(file, "", rule, remedy);
    }

    /** What a JSON parser refused. */
    public static Flaw json(String file, JsonProcessingException e, String remedy) {
        JsonLocation at = e.getLocation();
        String position = at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr();
        return new Flaw(file, position, "is not JSON", remedy);
    }

    /** The sentence. */
    public String message() {
        return file
                + (position.isEmpty() ? " " : ", " + position + ": ")
                + rule
                + (remedy.isEmpty() ? "" : "; " + remedy);
    }
}
