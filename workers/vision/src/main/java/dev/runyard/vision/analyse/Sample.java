package dev.runyard.vision.analyse;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Images and all that the run's parts make of them.
 *
 * @param names [n], where each image is found
 * @param classNames of all data sets, one after the other
 * @param labels [n], indices of {@code classNames}
 * @param sourceNames of the data sets
 * @param sources [n], indices of {@code sourceNames}
 * @param size side of the images in px
 * @param pictures [n, size, size, 3], 0 to 255
 * @param plain [n, d], the backbone's embedding without prompts
 * @param prompted [n, d], its embedding with the prompts; null when the method gives none
 * @param prompts [n, K·D], the prompts one after the other; null when there are none
 * @param k K, 0 when there are none
 * @param mixtures coefficients; null when the prompts do not come from a library
 * @param plainAttention [n, T], what the class token looks at in the last block, mean over heads
 * @param promptedAttention [n, T + K], likewise; null without prompts
 */
@SuppressWarnings("ArrayRecordComponent")
record Sample(
        List<String> names,
        List<String> classNames,
        int[] labels,
        List<String> sourceNames,
        int[] sources,
        int size,
        byte[][] pictures,
        Points plain,
        @Nullable Points prompted,
        @Nullable Points prompts,
        int k,
        @Nullable Mixtures mixtures,
        Points plainAttention,
        @Nullable Points promptedAttention) {

    /**
     * How the prompts are mixed from the library.
     *
     * @param coefficients [n, K, N]
     * @param tokens [N, D], the library
     */
    record Mixtures(int k, Points coefficients, Points tokens) {
        /** N */
        int size() {
            return tokens.n();
        }

        float of(int image, int prompt, int token) {
            return coefficients.values()[(image * k + prompt) * tokens.n() + token];
        }
    }

    int n() {
        return labels.length;
    }

    /** Classes that occur. */
    int classesPresent() {
        return (int) Arrays.stream(labels).distinct().count();
    }

    String className(int image) {
        return classNames.get(labels[image]);
    }
}
