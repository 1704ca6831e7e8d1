package dev.runyard.vision.evaluate;

import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.image.TestTransform;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A data set that a model is judged on beside its own test images.
 *
 * @param half base or new: the half of its classes that it holds, which the model answers made for just these, as base-to-new wants it;
 *     null: the model's own outputs, bound by name
 */
public record Further(Dataset data, @Nullable String half) {
    /** As a spec asks for it. */
    public static Further of(DatasetPart part, Dataset data) {
        DatasetSpec.Classes half = part.classes();
        return new Further(data, half == null ? null : half.name().toLowerCase(Locale.ROOT));
    }

    /** Each answered by the model's own outputs. */
    public static List<Further> of(List<Dataset> all) {
        return all.stream().map(data -> new Further(data, null)).toList();
    }

    /** As a model with this transform is shown it. */
    public Further seenBy(TestTransform transform) {
        return new Further(data.seenBy(transform), half);
    }

    /** What the metrics of its images begin with, before it is made unique. */
    String name() {
        return half == null ? data.id() : half;
    }

    /** By output of the model that answers. */
    List<String> outputs(List<String> own) {
        return half == null ? own : data.classNames();
    }
}
