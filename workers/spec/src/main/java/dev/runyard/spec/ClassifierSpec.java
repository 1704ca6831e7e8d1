package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** What turns an embedding into class scores. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClassifierSpec(
        @Doc(
                "Where the class scores come from: fixed text features, a trained linear layer, the backbone's own head, or"
                        + " prototypes of a DINO head.")
        Kind kind,

        @Doc(
                "For text: a safetensors file on the worker's machine with text_features [classes, d] and, if it has one, the"
                        + " scalar logit_scale.")
        @Nullable
        String features,

        @Doc(
                "For native: whether the backbone's head is trained (as released), stays as it is, or is replaced by a random"
                        + " linear layer that is trained; left out: trainable.")
        @Nullable
        Policy policy,

        @Doc("For prototypes: a safetensors file on the worker's machine with a DINO head (mlp.0, mlp.2, mlp.4,"
                + " last_layer).")
        @Nullable
        String head) {
    static final ClassifierSpec DEFAULT = new ClassifierSpec(Kind.LINEAR, null);

    /** Where the class scores come from. */
    public enum Kind {
        /** Fixed text features: exp(logit_scale) · cos(embedding, feature) (science reference §1.1). */
        @JsonProperty("text")
        TEXT,
        /** A trainable linear layer on the embedding. */
        @JsonProperty("linear")
        LINEAR,
        /** The backbone's own head; class i is output i. */
        @JsonProperty("native")
        NATIVE,
        /** A frozen DINO head whose last layer is cut down to one drawn prototype a class (science reference §1.3). */
        @JsonProperty("prototypes")
        PROTOTYPES
    }

    /** What becomes of the backbone's own head. */
    public enum Policy {
        /** It is trained, as in the released code. */
        @JsonProperty("trainable")
        TRAINABLE,
        /** It stays as it is. */
        @JsonProperty("frozen")
        FROZEN,
        /** A new linear layer takes its place and is trained. */
        @JsonProperty("random")
        RANDOM
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
        policy = Only.with("policy", policy, kind == Kind.NATIVE, "classifier native", Policy.TRAINABLE);
        head = Only.with("head", head, kind == Kind.PROTOTYPES, "classifier prototypes", null);
        if (kind == Kind.PROTOTYPES) {
            if (head == null) {
                throw new InvalidSpec(
                        "MISSING_FIELD",
                        "head",
                        null,
                        "is required by classifier prototypes",
                        "name a safetensors file with a DINO head");
            }
            WeightsPath.check("head", head);
        }
        if (kind != Kind.TEXT && features != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE", "features", features, "belongs to classifier text only", "remove it");
        }
    }

    /** With the kind's defaults. */
    public ClassifierSpec(Kind kind, @Nullable String features) {
        this(kind, features, null, null);
    }
}
