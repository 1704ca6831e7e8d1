package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a run does. */
public enum Task {
    /** Adapt a frozen backbone to a data set. */
    @JsonProperty("train")
    TRAIN,
    /** Train a small backbone from scratch, supervised, and write it as safetensors. */
    @JsonProperty("pretrain")
    PRETRAIN,
    /** Judge a finished run on further data sets. */
    @JsonProperty("evaluate")
    EVALUATE,
    /** Look at what a finished run has learned. */
    @JsonProperty("analyse")
    ANALYSE,
    /** Turn a finished run's prompts into pixels. */
    @JsonProperty("invert")
    INVERT,
    /** Run any program. */
    @JsonProperty("command")
    COMMAND;

    /** Whether it looks at a finished run and trains nothing. */
    public boolean looks() {
        return this == EVALUATE || this == ANALYSE || this == INVERT;
    }
}
