package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A published protocol, by whose values is filled in what a document leaves out; {@link Presets} has them. */
public enum Preset {
    /** The paper's text: trained on train and val, the last weights, a cosine to zero. */
    @JsonProperty("paper")
    PAPER,
    /** The released code: as the paper, but weights of the lowest loss on test, CLIP's normalisation everywhere, a cosine to a hundredth. */
    @JsonProperty("as-released")
    AS_RELEASED
}
