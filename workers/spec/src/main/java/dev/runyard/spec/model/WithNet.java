package dev.runyard.spec.model;

import dev.runyard.spec.Bounds;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Only;
import org.jspecify.annotations.Nullable;

/** A method with a network of its own in front of, or in place of, the backbone: the PGN's g (science reference §1.9). */
public interface WithNet {
    MethodSpec.Net net();

    /** Side of the image that it sees, px. */
    Integer resolution();

    /** torchvision's ResNet18 to begin from; null for random weights. */
    @Nullable
    String netWeights();

    /** @throws InvalidSpec for what lies outside the bounds of {@code owner}'s component */
    static void check(
            Class<? extends Record> owner,
            Integer resolution,
            @Nullable Integer crop,
            @Nullable Integer hidden,
            @Nullable String netWeights) {
        Bounds.check(owner, "resolution", resolution);
        if (crop != null && hidden != null) {
            Bounds.check(owner, "crop", crop);
            Bounds.check(owner, "hidden", hidden);
            Only.within("crop", crop, resolution);
        }
        if (netWeights != null) {
            WeightsPath.check("netWeights", netWeights);
        }
    }
}
