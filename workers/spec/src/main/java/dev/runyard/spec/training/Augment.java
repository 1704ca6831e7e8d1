package dev.runyard.spec.training;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How training images are varied; every draw is a pure function of (seed, epoch, step, index). */
public enum Augment {
    /** The PGN code's: resized crop, colour jitter, greyscale, solarise, flip (science reference §2.1). */
    @JsonProperty("pgn")
    PGN,
    /**
     * The PGN code's for CLEVR: shorter side to the size (bilinear), random crop, the colours of {@code pgn}, horizontal and vertical flip
     * (science reference §2.1).
     */
    @JsonProperty("clevr")
    CLEVR,
    /** Horizontal flip and a random crop after reflecting a border of a tenth of the side, one draw an image. */
    @JsonProperty("flip-crop")
    FLIP_CROP,
    /** A crop of 0.3 to 1 of the area (ratio 3/4 to 4/3, bicubic), flip, and colour jitter of half the PGN code's strength. */
    @JsonProperty("resized-crop")
    RESIZED_CROP,
    /** The test transform. */
    @JsonProperty("none")
    NONE
}
