package dev.runyard.vision.analyse;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetSpec;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to look at, and how.
 *
 * @param run a finished run's folder, or its weights
 * @param datasets whose test images are looked at; several are told apart in the pictures; empty for the run's own
 * @param images a folder of images without labels, for {@link Kind#PREDICTIONS} alone; or null
 * @param out folder for what is found, made when needed
 * @param only which analyses; empty for all that the run's method allows
 * @param limit images at most, drawn by the seed; 10,000 as in the paper unless said otherwise
 * @param seed of every draw: images, k-means and t-SNE starts
 * @param starts of k-means, of which the best is kept
 * @param mean that mutual information is divided by
 * @param perplexity of t-SNE
 * @param mapped images on the t-SNE map at most
 * @param slot the prompt, from 1 to K, by which images are ranked for a token; null for the largest of all K
 * @param shown images in the attention gallery
 */
public record AnalyseRequest(
        Path run,
        List<DatasetSpec> datasets,
        @Nullable Path images,
        Path out,
        Set<Kind> only,
        int limit,
        long seed,
        int starts,
        Nmi.Mean mean,
        double perplexity,
        int mapped,
        @Nullable Integer slot,
        int shown) {

    /** One analysis. */
    public enum Kind {
        /** Mutual information among labels, prompts, embedding, and both (paper Figure 3). */
        NMI,
        /** A map of the prompts (paper's multi-dataset figure). */
        TSNE,
        /** The images that use a token most, and its classes. */
        TOKENS,
        /** How evenly the library is used, and how alike its tokens are. */
        LIBRARY,
        /** Where the class token looks, without and with prompts. */
        ATTENTION,
        /** Names and predicted classes of images without labels. */
        PREDICTIONS;

        /** As written on the command line. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public AnalyseRequest {
        datasets = List.copyOf(datasets);
        only = only.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(only));
        atLeast("limit", limit, 2);
        atLeast("starts", starts, 1);
        atLeast("mapped", mapped, 4);
        atLeast("shown", shown, 1);
        if (!(perplexity > 1)) {
            throw new InvalidSpec("OUT_OF_RANGE", "perplexity", perplexity, "must be more than 1", "5 to 50 are usual");
        }
        if (slot != null) {
            atLeast("slot", slot, 1);
        }
        if (images == null && only.contains(Kind.PREDICTIONS)) {
            throw new InvalidSpec(
                    "MISSING_FIELD", "images", null, "is required for predictions", "name a folder of images");
        }
    }

    private static void atLeast(String field, int value, int least) {
        if (value < least) {
            throw new InvalidSpec("OUT_OF_RANGE", field, value, "must be " + least + " or more", null);
        }
    }
}
