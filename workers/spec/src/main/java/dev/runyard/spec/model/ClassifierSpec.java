package dev.runyard.spec.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.HostPath;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Only;
import dev.runyard.spec.json.Json;
import org.jspecify.annotations.Nullable;

/** What turns an embedding into class scores. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClassifierSpec(
        @Doc(
                "Where the class scores come from: fixed text features, a layer that is trained from them, a trained linear layer,"
                        + " the backbone's own head, or prototypes of a DINO head.")
        Kind kind,

        @Doc(
                "For text and text-init: a safetensors file on the worker's machine with text_features [classes, d] and, if it has"
                        + " one, the scalar logit_scale; left out: made by the backbone's own text tower.")
        @HostPath
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
        @HostPath
        @Nullable
        String templates,

        @Doc(
                "For native: whether the backbone's head is trained (as released), stays as it is, or is replaced by a random"
                        + " linear layer that is trained; left out: trainable.")
        @Nullable
        Policy policy,

        @Doc("For prototypes: a safetensors file on the worker's machine with a DINO head (mlp.0, mlp.2, mlp.4,"
                + " last_layer).")
        @HostPath
        @Nullable
        String head,

        @Doc(
                "For text and text-init without features, where the classes are WordNet ids (ImageNet): a JSON file on the worker's"
                        + " machine that names them: CLIP's list, Keras' imagenet_class_index.json, or 1000 names in class order.")
        @HostPath
        @Nullable
        String names) {
    public static final ClassifierSpec DEFAULT = new ClassifierSpec(Kind.LINEAR, null);

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
            refuse("names", names, "belongs to classifier text and text-init only");
        }
        if (features != null) {
            if (features.isBlank() || features.indexOf('\0') >= 0) {
                throw new InvalidSpec(
                        "BAD_PATH", "features", features.replace('\0', '?'), "must name a safetensors file", null);
            }
            refuse("template", template, "is not used: the features come from a file");
            refuse("names", names, "is not used: the features come from a file");
        } else if (text) {
            template = Defaults.or(template, Template.PGN);
        }
        if (template != Template.CLIP) {
            refuse("templates", templates, "belongs to template clip only");
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
    }

    /** That a run cannot have this kind; names the field from the run's spec on. */
    InvalidSpec refused(String rule, String remedy) {
        return new InvalidSpec(
                "NOT_APPLICABLE", "classifier.kind", Json.mapper().valueToTree(kind), rule, remedy);
    }

    /** @throws InvalidSpec when it is not fixed text features, from which {@code method} begins */
    void requireText(String method) {
        if (kind != Kind.TEXT) {
            throw refused(
                    "is not what method " + method + " begins from, which is texts", "use classifier: {kind: text}");
        }
    }

    /** @throws InvalidSpec when it is not texts that the backbone's own tower reads, as {@code method} has it do */
    void requireReadText(String method) {
        requireText(method);
        if (features != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "classifier.features",
                    features,
                    "cannot hold what method " + method + " learns, which is in front of the text tower",
                    "remove it, and use a backbone with a text tower");
        }
    }

    private static void refuse(String field, @Nullable Object value, String why) {
        if (value != null) {
            throw new InvalidSpec("NOT_APPLICABLE", field, Json.mapper().valueToTree(value), why, "remove it");
        }
    }

    /** Of a data set whose classes have names of their own. */
    public ClassifierSpec(
            Kind kind,
            @Nullable String features,
            @Nullable Template template,
            @Nullable String templates,
            @Nullable Policy policy,
            @Nullable String head) {
        this(kind, features, template, templates, policy, head, null);
    }

    /** Whether it begins from random numbers, so that it says nothing before it was trained. */
    public boolean random() {
        return kind == Kind.LINEAR || kind == Kind.PROTOTYPES || policy == Policy.RANDOM;
    }

    /** With the kind's defaults. */
    public ClassifierSpec(Kind kind, @Nullable String features) {
        this(kind, features, null, null, null, null);
    }
}
