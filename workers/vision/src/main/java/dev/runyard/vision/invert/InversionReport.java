package dev.runyard.vision.invert;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.vision.backbone.PositionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How well the pixels stand for the latent prompts.
 *
 * @param condition largest to smallest singular value of the patch embedding
 * @param residual largest difference of W·W⁺ to the identity
 * @param imageSize side of an image without prompts, px
 * @param height of an image with them, px
 * @param pixelsAdded rows below times width
 * @param added its share of the image, percent
 * @param bundleBytes of all files of the client bundle
 * @param clientMilliseconds of one image through network and inversion, median
 * @param images of the test split that were compared
 * @param range of the inverted patches; null when no image was compared
 * @param latentTop1 percent, with prompts as tokens; null without a classifier
 * @param asFloat pixels sent as floats
 * @param asEightBit pixels clipped and rounded to 0 … 255
 * @param assumed a sentence on what the weights and their configuration leave open; null where that is nothing
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InversionReport(
        String backbone,
        PositionPolicy positions,
        int patch,
        int width,
        int perRow,
        int prompts,
        int rows,
        int imageSize,
        int height,
        double condition,
        double residual,
        long pixelsAdded,
        double added,
        long bundleBytes,
        double clientMilliseconds,
        int images,
        @Nullable PixelRange range,
        double largestEmbedding,
        @Nullable Double latentTop1,
        @Nullable Agreement asFloat,
        @Nullable Agreement asEightBit,
        @Nullable String assumed) {

    /**
     * Values of patches.
     *
     * @param lowest in normalised units
     * @param highest likewise
     * @param lowestRgb in units where an image lies in 0 to 255
     * @param highestRgb likewise
     * @param outside percent of the values that lie outside 0 to 255, which 8 bits cannot hold
     */
    public record PixelRange(double lowest, double highest, double lowestRgb, double highestRgb, double outside) {}

    /**
     * Taller images against latent prompts.
     *
     * @param difference largest of any number of an embedding
     * @param same percent of the images with the same highest score; null without a classifier
     * @param top1 percent of the images whose label has the highest score; null without a classifier
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Agreement(
            double difference,
            @Nullable Double same,
            @Nullable Double top1) {}

    /** For a person to read. */
    public List<String> lines() {
        List<String> out = new ArrayList<>();
        add(
                out,
                "%d prompts in %d row%s of %d below the image: %d x %d px become %d x %d, %d px (%.1f %%) more",
                prompts,
                rows,
                rows == 1 ? "" : "s",
                perRow,
                imageSize,
                imageSize,
                imageSize,
                height,
                pixelsAdded,
                added);
        add(out, "patch embedding: condition number %.4g, W W+ is the identity to within %.1e", condition, residual);
        add(out, "positions: %s; client bundle: %,d bytes", positions.name().toLowerCase(Locale.ROOT), bundleBytes);
        add(out, "network and inversion on the client: %.2f ms an image (median)", clientMilliseconds);
        if (range != null && asFloat != null && asEightBit != null) {
            add(
                    out,
                    "patches: %.4g to %.4g in normalised units, %.4g to %.4g where an image has 0 to 255; %.1f %% outside",
                    range.lowest(),
                    range.highest(),
                    range.lowestRgb(),
                    range.highestRgb(),
                    range.outside());
            add(out, "%d test images, embeddings up to %.4g in size", images, largestEmbedding);
            if (latentTop1 != null) {
                add(out, "  prompts as tokens: top-1 %.2f %%", latentTop1);
            }
            agreement(out, "pixels as floats", asFloat);
            agreement(out, "pixels as 8 bits", asEightBit);
        }
        return out;
    }

    private static void agreement(List<String> out, String name, Agreement agreement) {
        String scores = agreement.same() == null || agreement.top1() == null
                ? ""
                : String.format(
                        Locale.ROOT, ", same prediction %.2f %%, top-1 %.2f %%", agreement.same(), agreement.top1());
        add(out, "  %s: embeddings differ by up to %.3g%s", name, agreement.difference(), scores);
    }

    private static void add(List<String> out, String format, Object... values) {
        out.add(String.format(Locale.ROOT, format, values));
    }
}
