package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** How the frozen backbone is adapted. The kind decides which further fields exist. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = MethodSpec.Pgn.class, name = "pgn"),
    @JsonSubTypes.Type(value = MethodSpec.Iip.class, name = "iip"),
    @JsonSubTypes.Type(value = MethodSpec.Linear.class, name = "linear"),
    @JsonSubTypes.Type(value = MethodSpec.BackboneAlone.class, name = "backbone-alone")
})
public sealed interface MethodSpec {

    /** The small network g in front of the token library. */
    enum Net {
        /** Half of a ResNet18: 4 groups of one block, 16 to 128 channels (science reference §1.9). */
        @JsonProperty("resnet10")
        RESNET10
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
    record Pgn(
            @Doc(title = "Network", value = "g, the small network in front of the library.")
            Net net,

            @Doc(value = "Side of the image that g sees, px.", min = 16, max = 1_024)
            Integer resolution,

            @Doc(value = "K, prompts appended to the backbone's tokens.", min = 1, max = 256)
            Integer prompts,

            @Doc(value = "N, tokens of the library.", min = 1, max = 65_536)
            Integer librarySize,

            @Doc("How coefficients become weights: softmax (paper) or element-wise sigmoid (released code's option).")
            Mixing mixing,

            @Doc("Whether the resize in front of g averages; the released code does not.")
            Boolean antialias)
            implements MethodSpec {
        static final Pgn DEFAULT = new Pgn(Net.RESNET10, 224, 16, 256, Mixing.SOFTMAX, false);

        public Pgn {
            net = Defaults.or(net, Net.RESNET10);
            resolution = Defaults.or(resolution, 224);
            prompts = Defaults.or(prompts, 16);
            librarySize = Defaults.or(librarySize, 256);
            mixing = Defaults.or(mixing, Mixing.SOFTMAX);
            antialias = Defaults.or(antialias, false);
            Bounds.check(Pgn.class, "resolution", resolution);
            Bounds.check(Pgn.class, "prompts", prompts);
            Bounds.check(Pgn.class, "librarySize", librarySize);
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

    /** No prompts: only the classifier on the frozen embedding is trained. */
    @Doc(title = "Linear", value = "No prompts: only the classifier on the frozen embedding is trained.")
    record Linear() implements MethodSpec {}

    /**
     * The PGN's network by itself with a linear layer on top: no backbone at all (paper Table 1).
     */
    @Doc(title = "Network alone", value = "The PGN's network with a linear layer on top, without any backbone.")
    record BackboneAlone(
            @Doc(title = "Network", value = "The network that is trained.")
            Net net,

            @Doc(value = "Side of the image it sees, px.", min = 16, max = 1_024)
            Integer resolution)
            implements MethodSpec {
        public BackboneAlone {
            net = Defaults.or(net, Net.RESNET10);
            resolution = Defaults.or(resolution, 224);
            Bounds.check(BackboneAlone.class, "resolution", resolution);
        }
    }
}
