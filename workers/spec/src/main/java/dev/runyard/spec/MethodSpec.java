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
     *
     * @param net the network g
     * @param resolution side of the image that g sees, 16 to 1,024 px; default 224
     * @param prompts K, prompts appended to the tokens, 1 to 256
     * @param librarySize N, tokens of the library, 1 to 65,536
     * @param mixing softmax (paper) or element-wise sigmoid (official code's option)
     * @param antialias whether the resize in front of g averages; false as in the released code
     */
    record Pgn(Net net, Integer resolution, Integer prompts, Integer librarySize, Mixing mixing, Boolean antialias)
            implements MethodSpec {
        static final Pgn DEFAULT = new Pgn(Net.RESNET10, 224, 16, 256, Mixing.SOFTMAX, false);

        public Pgn {
            net = Defaults.or(net, Net.RESNET10);
            resolution = Defaults.or(resolution, 224);
            prompts = Defaults.or(prompts, 16);
            librarySize = Defaults.or(librarySize, 256);
            mixing = Defaults.or(mixing, Mixing.SOFTMAX);
            antialias = Defaults.or(antialias, false);
            InvalidSpec.range("resolution", resolution, 16, 1_024);
            InvalidSpec.range("prompts", prompts, 1, 256);
            InvalidSpec.range("librarySize", librarySize, 1, 65_536);
        }
    }

    /**
     * Input-independent prompts: the same K learned tokens for every image (the paper's baseline).
     *
     * @param prompts K, 1 to 256
     */
    record Iip(Integer prompts) implements MethodSpec {
        public Iip {
            prompts = Defaults.or(prompts, 16);
            InvalidSpec.range("prompts", prompts, 1, 256);
        }
    }

    /** No prompts: only the classifier on the frozen embedding is trained. */
    record Linear() implements MethodSpec {}

    /**
     * The PGN's network by itself with a linear layer on top: no backbone at all (paper Table 1).
     *
     * @param net the network
     * @param resolution side of the image it sees, 16 to 1,024 px
     */
    record BackboneAlone(Net net, Integer resolution) implements MethodSpec {
        public BackboneAlone {
            net = Defaults.or(net, Net.RESNET10);
            resolution = Defaults.or(resolution, 224);
            InvalidSpec.range("resolution", resolution, 16, 1_024);
        }
    }
}
