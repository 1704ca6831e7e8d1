package dev.runyard.spec.training;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which weights of a training are its result: they are tested, kept, and judged later on. */
public enum Select {
    /** Those after the last step. */
    @JsonProperty("last")
    LAST,
    /** Those of the epoch with the lowest val/loss, as the released PGNs are chosen (science reference §2.1); of equal ones the first. */
    @JsonProperty("best-val-loss")
    BEST_VAL_LOSS,
    /** Those of the epoch with the highest val/top1, as visual prompting chooses; of equal ones the first. */
    @JsonProperty("best-val-top1")
    BEST_VAL_TOP1
}
