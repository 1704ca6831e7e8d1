package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** What turns an embedding into class scores. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClassifierSpec(
        @Doc(
                "Where the class scores come from: fixed text features, a trained linear layer, or the backbone's own head.")
        Kind kind,

        @Doc(
                "For text: a safetensors file on the worker's machine with text_features [classes, d] and, if it has one, the"
                        + " scalar logit_scale.")
        @Nullable
        String features) {
    static final ClassifierSpec DEFAULT = new ClassifierSpec(Kind.LINEAR, null);

    /** Where the class scores come from. */
    public enum Kind {
        /** Fixed text features: exp(logit_scale) · cos(embedding, feature) (science reference §1.1). */
        @JsonProperty("text")
        TEXT,
        /** A trainable linear layer on the embedding. */
        @JsonProperty("linear")
        LINEAR,
        /** The backbone's own head, trainable as in the released code; class i is output i. */
        @JsonProperty("native")
        NATIVE
    }

    public ClassifierSpec {
        kind = Defaults.or(kind, Kind.LINEAR);
        if (kind == Kind.TEXT && (features == null || features.isBlank())) {
            throw new InvalidSpec(
                    "MISSING_FIELD",
                    "features",
                    features,
                    "is required by classifier text",
                    "name a safetensors file with text_features [classes, d]");
        }
        if (kind != Kind.TEXT && features != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE", "features", features, "belongs to classifier text only", "remove it");
        }
    }
}
