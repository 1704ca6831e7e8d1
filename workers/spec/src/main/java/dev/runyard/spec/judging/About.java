package dev.runyard.spec.judging;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.Defaults;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a file of predictions is of.
 *
 * @param set name of the judged data set, as metrics have it
 * @param data fingerprint of the whole data set, of what was trained on too where it is the model's own
 * @param judged fingerprint of labels and contents of the judged part alone; null in files of versions that did not say it
 * @param part train, val or test
 * @param classes names by class
 * @param allowed classes that the set has where these are fewer (200 of ImageNet's 1,000 for A and R), ascending; null when all
 * @param leftOut images of the set that no class is there for; they have no prediction
 * @param meanPerClass whether the benchmark's own number is the mean of the classes' shares, not top-1
 * @param spec hash of the spec that the model was trained with
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record About(
        String set,
        String data,
        @Nullable String judged,
        String part,
        List<String> classes,
        @Nullable List<Integer> allowed,
        int leftOut,
        boolean meanPerClass,
        String spec) {
    public About {
        set = Defaults.required("set", set);
        data = Defaults.required("data", data);
        part = Defaults.required("part", part);
        classes = List.copyOf(Defaults.required("classes", classes));
        spec = Defaults.required("spec", spec);
        allowed = allowed == null ? null : List.copyOf(allowed);
    }

    /** Whether the same images with the same labels were judged, whatever the models were trained on. */
    public boolean sameImages(About other) {
        return judged != null && other.judged != null ? judged.equals(other.judged) : data.equals(other.data);
    }
}
