package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** What turns an embedding into class scores. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClassifierSpec(
        @Doc(
                "Where the class scores come from: fixed text features, a layer that is trained from them, a trained linear layer,"
                        + " or the backbone's own head.")
        Kind kind,

        @Doc(
                "For text and text-init: a safetensors file on the worker's machine with text_features [classes, d] and, if it has"
                        + " one, the scalar logit_scale; left out: made by the backbone's own text tower.")
        @Nullable
        String features,

        @Doc(
                "For text and text-init without features: the sentences that name a class: the PGN paper's, visual prompting's,"
                        + " CLIP's (the mean over several), or CoOp's; left out: pgn.")
        @Nullable
        Template template,

        @Doc(
                "For template clip: a JSON file on the worker's machine of the form {set: {templates: [\"a photo of a {}.\"]}}, set"
                        + " being CLIP's name of the data set or ours.")
        @Nullable
        String templates) {
    static final ClassifierSpec DEFAULT = new ClassifierSpec(Kind.LINEAR, null, null, null);

    /** Where the class scores come from. */
    public enum Kind {
        /** Fixed text features: exp(logit_scale) · cos(embedding, feature) (science reference §1.1). */
        @JsonProperty("text")
        TEXT,
        /** W·v with a trained W that begins as the text features, scale and normalised v kept (science reference §1.2). */
        @JsonProperty("text-init")
        TEXT_INIT,
        /** A trainable linear layer on the embedding. */
        @JsonProperty("linear")
        LINEAR,
        /** The backbone's own head, trainable as in the released code; class i is output i. */
        @JsonProperty("native")
        NATIVE
    }

    /** The sentences that name a class (science reference §5.1). */
    public enum Template {
        /** The PGN paper's. */
        @JsonProperty("pgn")
        PGN,
        /** Visual prompting's, which also splits names at hyphens. */
        @JsonProperty("vp")
        VP,
        /** CLIP's own, several a data set. */
        @JsonProperty("clip")
        CLIP,
        /** CoOp's, one a data set. */
        @JsonProperty("coop")
        COOP
    }

    public ClassifierSpec {
        kind = Defaults.or(kind, Kind.LINEAR);
        boolean text = kind == Kind.TEXT || kind == Kind.TEXT_INIT;
        if (!text) {
            refuse("features", features, "belongs to classifier text and text-init only");
            refuse("template", template, "belongs to classifier text and text-init only");
        }
        if (features != null) {
            if (features.isBlank() || features.indexOf('\0') >= 0) {
                throw new InvalidSpec(
                        "BAD_PATH", "features", features.replace('\0', '?'), "must name a safetensors file", null);
            }
            refuse("template", template, "is not used: the features come from a file");
        } else if (text) {
            template = Defaults.or(template, Template.PGN);
        }
        if (template != Template.CLIP) {
            refuse("templates", templates, "belongs to template clip only");
        }
    }

    /** With features from a file, or without any text. */
    public ClassifierSpec(Kind kind, @Nullable String features) {
        this(kind, features, null, null);
    }

    private static void refuse(String field, @Nullable Object value, String why) {
        if (value != null) {
            throw new InvalidSpec("NOT_APPLICABLE", field, Json.mapper().valueToTree(value), why, "remove it");
        }
    }
}
