package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a run does. */
public enum Task {
    /** Adapt a frozen backbone to a data set. */
    @JsonProperty("train")
    TRAIN,
    /** Train a small backbone from scratch, supervised, and write it as safetensors. */
    @JsonProperty("pretrain")
    PRETRAIN
}
