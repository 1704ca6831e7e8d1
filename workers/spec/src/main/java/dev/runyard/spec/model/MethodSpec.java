package dev.runyard.spec.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.HostPath;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Only;
import dev.runyard.spec.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the frozen backbone is adapted. The kind decides which further fields exist.
 *
 * <p>One more is a record with its line in the list of kinds of its family ({@link BlockMethod}, {@link EmbeddingMethod},
 * {@link TextMethod}, or here), which says by the methods below what rules hold for it; and a file in {@code workers/vision/…/method}
 * with its line in {@code Methods}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = MethodSpec.Pgn.class, name = "pgn"),
    @JsonSubTypes.Type(value = MethodSpec.Iip.class, name = "iip"),
    @JsonSubTypes.Type(value = MethodSpec.VisualPrompt.class, name = "vp"),
    @JsonSubTypes.Type(value = MethodSpec.ZeroShot.class, name = "zero-shot"),
    @JsonSubTypes.Type(value = MethodSpec.Linear.class, name = "linear"),
    @JsonSubTypes.Type(value = MethodSpec.Full.class, name = "full"),
    @JsonSubTypes.Type(value = MethodSpec.Vpt.class, name = "vpt"),
    @JsonSubTypes.Type(value = MethodSpec.BitFit.class, name = "bitfit"),
    @JsonSubTypes.Type(BlockMethod.class),
    @JsonSubTypes.Type(EmbeddingMethod.class),
    @JsonSubTypes.Type(TextMethod.class),
    @JsonSubTypes.Type(value = MethodSpec.BackboneAlone.class, name = "backbone-alone")
})
public sealed interface MethodSpec
        permits BlockMethod,
                EmbeddingMethod,
                TextMethod,
                MethodSpec.Pgn,
                MethodSpec.Iip,
                MethodSpec.VisualPrompt,
                MethodSpec.ZeroShot,
                MethodSpec.Linear,
                MethodSpec.Full,
                MethodSpec.Vpt,
                MethodSpec.BitFit,
                MethodSpec.BackboneAlone {

    /** How what a method has of its own is found. */
    enum Fit {
        /** By the optimiser and the schedule of the run, in batches. */
        STEPS,
        /** From the embeddings of all training images at once. */
        AT_ONCE,
        /** There is nothing to find. */
        NOTHING
    }

    /** How its part is found, by the fields it has. */
    default Fit fit() {
        return Fit.STEPS;
    }

    /** Where {@link #fit} is not by steps: what of it says so, as a sentence goes on: "solver lbfgs, which …". */
    default String fitted() {
        return "method " + kind();
    }

    /**
     * What it does with the backbone's own weights, as a sentence goes on behind its name; null when the backbone stays as it is from
     * the pixels to the embedding. Only then may it compute in less than fp32.
     */
    default @Nullable String touches() {
        return null;
    }

    /** Fields that have no effect beside it, with the reason: by their path in the run's spec. */
    default Map<String, String> unused() {
        return Map.of();
    }

    /** Whether it gives class scores by itself, so that nothing becomes of a classifier. */
    default boolean classifies() {
        return false;
    }

    /** @throws InvalidSpec when it cannot go with this classifier; names the field from the run's spec on */
    default void check(ClassifierSpec classifier) {}

    /** As the list of kinds names it. */
    default String kind() {
        return Json.mapper().valueToTree(this).path("kind").asText();
    }

    /** The small network g in front of the token library. */
    enum Net {
        /** Half of a ResNet18: 4 groups of one block, 16 to 128 channels (science reference §1.9). */
        @JsonProperty("resnet10")
        RESNET10,
        /** torchvision's ResNet18. */
        @JsonProperty("resnet18")
        RESNET18,
        /** Two layers on the pixels in the middle (science reference §1.5). */
        @JsonProperty("mlp")
        MLP
    }

    /** What the features of g become. */
    enum Head {
        /** Coefficients that mix the tokens of a library (paper §3). */
        @JsonProperty("library")
        LIBRARY,
        /** The prompts themselves (science reference §1.6). */
        @JsonProperty("direct")
        DIRECT
    }

    /** The end of g, behind its features. */
    enum Combination {
        /** One linear layer, as released. */
        @JsonProperty("linear")
        LINEAR,
        /** One hidden layer and a linear one (science reference §1.7). */
        @JsonProperty("mlp")
        MLP
    }

    /** How coefficients become weights of library tokens. */
    enum Mixing {
        @JsonProperty("softmax")
        SOFTMAX,
        @JsonProperty("sigmoid")
        SIGMOID
    }

    /**
     * Prompt Generation Network (paper §3): prompts = mix(g(image)) · library, one set for each image.
     */
    @Doc(title = "PGN", value = "Prompt Generation Network: prompts mixed from a token library for each image.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Pgn(
            @Doc(title = "Network", value = "g, the small network in front of the library.")
            Net net,

            @Doc(value = "Side of the image that g sees, px.", min = 16, max = 1_024)
            Integer resolution,

            @Doc(value = "K, prompts appended to the backbone's tokens.", min = 1, max = 256)
            Integer prompts,

            @Doc(value = "N, tokens of the library; not used by head direct.", min = 1, max = 65_536)
            Integer librarySize,

            @Doc("How coefficients become weights: softmax (paper) or element-wise sigmoid (released code's option).")
            Mixing mixing,

            @Doc("Whether the resize in front of g averages; the released code does not.")
            Boolean antialias,

            @Doc("Whether g gives coefficients of a library (paper) or the prompts themselves.")
            Head head,

            @Doc("The end of g: one linear layer (released code) or an MLP with one hidden layer.")
            Combination combination,

            @Doc(value = "For combination mlp: width of its hidden layer; left out: 128.", min = 1, max = 8_192)
            @Nullable
            Integer combinationWidth,

            @Doc(
                    value = "For net mlp: side of the square in the middle that it sees, px; left out: 10.",
                    min = 1,
                    max = 224)
            @Nullable
            Integer crop,

            @Doc(value = "For net mlp: width of its hidden layer; left out: 64.", min = 1, max = 8_192) @Nullable
            Integer hidden,

            @Doc("For net resnet18: a safetensors file on the worker's machine with torchvision's ResNet18, to begin"
                    + " from; left out: random.")
            @HostPath
            @Nullable
            String netWeights)
            implements MethodSpec, WithNet {
        public static final Pgn DEFAULT = new Pgn(Net.RESNET10, 224, 16, 256, Mixing.SOFTMAX, false);

        public Pgn {
            net = Defaults.or(net, Net.RESNET10);
            resolution = Defaults.or(resolution, 224);
            prompts = Defaults.or(prompts, 16);
            librarySize = Defaults.or(librarySize, 256);
            mixing = Defaults.or(mixing, Mixing.SOFTMAX);
            antialias = Defaults.or(antialias, false);
            head = Defaults.or(head, Head.LIBRARY);
            combination = Defaults.or(combination, Combination.LINEAR);
            boolean nonLinear = combination == Combination.MLP;
            combinationWidth = Only.with("combinationWidth", combinationWidth, nonLinear, "combination mlp", 128);
            crop = Only.with("crop", crop, net == Net.MLP, "net mlp", 10);
            hidden = Only.with("hidden", hidden, net == Net.MLP, "net mlp", 64);
            netWeights = Only.with("netWeights", netWeights, net == Net.RESNET18, "net resnet18", null);
            Bounds.check(Pgn.class, "prompts", prompts);
            Bounds.check(Pgn.class, "librarySize", librarySize);
            Bounds.check(Pgn.class, "combinationWidth", combinationWidth);
            WithNet.check(Pgn.class, resolution, crop, hidden, netWeights);
        }

        @Override
        public Map<String, String> unused() {
            return head == Head.DIRECT
                    ? Map.of(
                            "method.librarySize", "is not used by head direct, which has no library",
                            "method.mixing", "is not used by head direct, which mixes nothing")
                    : Map.of();
        }

        /** With the released code's ends: a library and one linear layer. */
        public Pgn(
                Net net, Integer resolution, Integer prompts, Integer librarySize, Mixing mixing, Boolean antialias) {
            this(
                    net,
                    resolution,
                    prompts,
                    librarySize,
                    mixing,
                    antialias,
                    Head.LIBRARY,
                    Combination.LINEAR,
                    null,
                    null,
                    null,
                    null);
        }
    }

    /**
     * Input-independent prompts: the same K learned tokens for every image (the paper's baseline).
     */
    @Doc(title = "IIP", value = "Input-independent prompts: the same learned tokens for every image.")
    record Iip(
            @Doc(value = "K, prompts appended to the backbone's tokens.", min = 1, max = 256)
            Integer prompts) implements MethodSpec {
        public Iip {
            prompts = Defaults.or(prompts, 16);
            Bounds.check(Iip.class, "prompts", prompts);
        }
    }

    /** Where the learned pixels of a visual prompt lie. */
    enum Place {
        /** A frame along the border. */
        @JsonProperty("padding")
        PADDING,
        /** A square in the upper left corner. */
        @JsonProperty("fixed-patch")
        FIXED_PATCH,
        /** A square whose place is drawn anew in each step. */
        @JsonProperty("random-patch")
        RANDOM_PATCH
    }

    /**
     * Visual prompting: learned pixels, the same for every image, added to the normalised image (Bahng et al. 2022).
     */
    @Doc(title = "VP", value = "Visual prompting: learned pixels, the same for every image, added to it.")
    record VisualPrompt(
            @Doc("Where the learned pixels lie.") Place place,

            @Doc(value = "Width of the frame, or side of the square, px.", min = 1, max = 512)
            Integer size)
            implements MethodSpec {
        public VisualPrompt {
            place = Defaults.or(place, Place.PADDING);
            size = Defaults.or(size, 30);
            Bounds.check(VisualPrompt.class, "size", size);
        }
    }

    /** Nothing is trained: the classifier as it is, on the frozen embedding. */
    @Doc(title = "Zero-shot", value = "Nothing is trained: the classifier as it is, on the frozen embedding.")
    record ZeroShot() implements MethodSpec {
        @Override
        public Fit fit() {
            return Fit.NOTHING;
        }

        @Override
        public String fitted() {
            return "method zero-shot, which trains nothing";
        }

        @Override
        public void check(ClassifierSpec classifier) {
            if (classifier.random()) {
                throw classifier.refused(
                        "would be random, and method zero-shot trains nothing",
                        "use classifier text, or native with a backbone that has a head");
            }
        }
    }

    /** How the linear layer is found. */
    enum Solver {
        /** By the optimiser and schedule of the run, in batches. */
        @JsonProperty("sgd")
        SGD,
        /** As logistic regression on all images at once, as CLIP's linear probe. */
        @JsonProperty("lbfgs")
        LBFGS
    }

    /** No prompts: only the classifier on the frozen embedding is trained. */
    @Doc(title = "Linear", value = "No prompts: only the classifier on the frozen embedding is trained.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Linear(
            @Doc("sgd: by the run's optimiser and schedule; lbfgs: as CLIP's linear probe, which uses neither, nor"
                    + " augmentation.")
            Solver solver,

            @Doc(
                    value =
                            "For lbfgs: C in C·loss + |w|²/2; left out: chosen on val from 1e-6 to 1e6, eight a decade.",
                    above = 0,
                    max = 1e9)
            @Nullable
            Double inverseRegularisation,

            @Doc(value = "For lbfgs: most iterations of one fit; left out: 1000.", min = 1, max = 100_000) @Nullable
            Integer iterations)
            implements MethodSpec {
        public Linear {
            solver = Defaults.or(solver, Solver.SGD);
            boolean lbfgs = solver == Solver.LBFGS;
            inverseRegularisation =
                    Only.with("inverseRegularisation", inverseRegularisation, lbfgs, "solver lbfgs", null);
            iterations = Only.with("iterations", iterations, lbfgs, "solver lbfgs", 1_000);
            Bounds.check(Linear.class, "inverseRegularisation", inverseRegularisation);
            Bounds.check(Linear.class, "iterations", iterations);
        }

        @Override
        public Fit fit() {
            return solver == Solver.LBFGS ? Fit.AT_ONCE : Fit.STEPS;
        }

        @Override
        public String fitted() {
            return "solver lbfgs, which fits all images at once";
        }

        @Override
        public void check(ClassifierSpec classifier) {
            if (solver == Solver.LBFGS && classifier.kind() != ClassifierSpec.Kind.LINEAR) {
                throw classifier.refused(
                        "cannot be fitted by solver lbfgs", "use classifier: {kind: linear} or solver: sgd");
            }
        }

        /** By the optimiser of the run. */
        public Linear() {
            this(Solver.SGD, null, null);
        }
    }

    /** Every weight of the vision tower is trained, and the classifier. The frozen backbone itself stays: a copy learns. */
    @Doc(title = "Full fine-tuning", value = "Every weight of a copy of the backbone is trained.")
    record Full() implements MethodSpec {
        @Override
        public String touches() {
            return "trains its weights";
        }
    }

    /** Into which blocks prompts go. */
    enum Blocks {
        /** Into the first. */
        @JsonProperty("shallow")
        SHALLOW,
        /** Into each its own, in place of those before. */
        @JsonProperty("deep")
        DEEP
    }

    /**
     * Visual prompt tuning (Jia et al. 2022): learned tokens behind the class token, and a classifier.
     */
    @Doc(
            title = "VPT",
            value = "Visual prompt tuning: learned tokens behind the class token of the first or of each block.")
    record Vpt(
            @Doc("Whether only the first block has prompts, or each its own.")
            Blocks blocks,

            @Doc(value = "K, prompts of a block.", min = 1, max = 256)
            Integer prompts)
            implements MethodSpec {
        public Vpt {
            blocks = Defaults.or(blocks, Blocks.SHALLOW);
            prompts = Defaults.or(prompts, 16);
            Bounds.check(Vpt.class, "prompts", prompts);
        }
    }

    /** Only the biases of the vision tower are trained, and the classifier (Ben Zaken et al. 2022). */
    @Doc(title = "BitFit", value = "Only the biases of a copy of the backbone are trained.")
    record BitFit() implements MethodSpec {
        @Override
        public String touches() {
            return "trains its biases";
        }
    }

    /**
     * The PGN's network by itself with a linear layer on top: no backbone at all (paper Table 1).
     */
    @Doc(title = "Network alone", value = "The PGN's network with a linear layer on top, without any backbone.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record BackboneAlone(
            @Doc(title = "Network", value = "The network that is trained.")
            Net net,

            @Doc(value = "Side of the image it sees, px.", min = 16, max = 1_024)
            Integer resolution,

            @Doc(
                    value = "For net mlp: side of the square in the middle that it sees, px; left out: 10.",
                    min = 1,
                    max = 224)
            @Nullable
            Integer crop,

            @Doc(value = "For net mlp: width of its hidden layer; left out: 64.", min = 1, max = 8_192) @Nullable
            Integer hidden,

            @Doc("For net resnet18: a safetensors file on the worker's machine with torchvision's ResNet18, to begin"
                    + " from; left out: random.")
            @HostPath
            @Nullable
            String netWeights)
            implements MethodSpec, WithNet {
        public BackboneAlone {
            net = Defaults.or(net, Net.RESNET10);
            resolution = Defaults.or(resolution, 224);
            crop = Only.with("crop", crop, net == Net.MLP, "net mlp", 10);
            hidden = Only.with("hidden", hidden, net == Net.MLP, "net mlp", 64);
            netWeights = Only.with("netWeights", netWeights, net == Net.RESNET18, "net resnet18", null);
            WithNet.check(BackboneAlone.class, resolution, crop, hidden, netWeights);
        }

        @Override
        public String touches() {
            return "has none";
        }

        @Override
        public void check(ClassifierSpec classifier) {
            if (classifier.kind() != ClassifierSpec.Kind.LINEAR) {
                throw classifier.refused(
                        "needs a frozen backbone, and method backbone-alone has none",
                        "use classifier: {kind: linear}");
            }
        }

        /** Of a convolutional network with random weights. */
        public BackboneAlone(Net net, Integer resolution) {
            this(net, resolution, null, null, null);
        }
    }
}
