package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import java.util.Map;

/**
 * One run of a sweep.
 *
 * @param index from 0; points are the outer, seeds the inner loop
 * @param params what sets it apart: dotted path to value, objects taken apart, in the order of the names; with {@code seed} when the sweep lists seeds
 * @param document the base with the params laid over it
 */
public record Point(int index, Map<String, JsonNode> params, SpecDocument document) {
    /** @throws dev.runyard.spec.InvalidSpec when this version cannot read the document */
    public RunSpec spec() {
        return document.spec();
    }
}
