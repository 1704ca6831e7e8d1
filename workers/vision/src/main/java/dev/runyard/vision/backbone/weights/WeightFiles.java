package dev.runyard.vision.backbone.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.vision.file.Flaw;
import dev.runyard.vision.file.Gate;
import java.io.IOException;
import java.nio.file.Path;

/** The files beside weights and those that a classifier's spec names: configurations, tokenizers, templates. */
public final class WeightFiles {
    /** Opens them; whatever it refuses is a fault of the weights. */
    public static final Gate GATE = new Gate((code, message) -> new WeightsException(message));

    private WeightFiles() {}

    /**
     * A whole JSON document. Messages never repeat what is in it.
     *
     * @param most bytes of the file
     */
    public static JsonNode json(Path file, long most) throws IOException {
        return json(String.valueOf(file.getFileName()), GATE.whole(file, most));
    }

    /** A JSON document whose bytes were read from a file of that name. */
    public static JsonNode json(String file, byte[] bytes) throws IOException {
        try {
            return new ObjectMapper().readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new WeightsException(Flaw.json(file, e, "save it as JSON").message());
        }
    }
}
