package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Images and labels.
 *
 * @param id {@code shapes} (rendered by the product, needs no root), {@code folder} (any supported layout), or a data set's name,
 *     which binds its class names and text template
 * @param root a folder or a zip on the worker's machine; not for {@code shapes}
 * @param split where train, val and test come from; default {@code auto}
 * @param train for {@code shapes}: training images rendered, 10 to 100,000, default 2,000; otherwise refused
 * @param test for {@code shapes}: test images rendered, 10 to 100,000, default 500; otherwise refused
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetSpec(
        String id,
        @Nullable String root,
        Split split,
        @Nullable Integer train,
        @Nullable Integer test) {

    /** Every data set a run can name. */
    public static final List<String> IDS = List.of(
            "shapes",
            "folder",
            "cifar10",
            "cifar100",
            "eurosat",
            "oxford_pets",
            "oxford_flowers",
            "food101",
            "dtd",
            "sun397",
            "ucf101",
            "resisc45");

    /** Origin of train, val and test. */
    public enum Split {
        /** The CoOp file when there is one, else the layout's own folders, else {@code own}. */
        @JsonProperty("auto")
        AUTO,
        /** A {@code split_zhou_*.json} file beside the images; missing is an error. */
        @JsonProperty("coop")
        COOP,
        /** The layout's own train and test folders or files; missing is an error. */
        @JsonProperty("official")
        OFFICIAL,
        /** Seeded 50/20/30 a class by CoOp's rule; results are marked as own split. */
        @JsonProperty("own")
        OWN
    }

    public DatasetSpec {
        id = Defaults.required("id", id);
        if (!IDS.contains(id)) {
            throw Nearest.unknown("id", id, IDS, "UNKNOWN_DATASET");
        }
        split = Defaults.or(split, Split.AUTO);
        if (id.equals("shapes")) {
            if (root != null) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE",
                        "root",
                        root,
                        "is not used: shapes are rendered",
                        "use id: folder for own images");
            }
            train = Defaults.or(train, 2_000);
            test = Defaults.or(test, 500);
            InvalidSpec.range("train", train, 10, 100_000);
            InvalidSpec.range("test", test, 10, 100_000);
        } else {
            if (root == null || root.isBlank()) {
                throw new InvalidSpec(
                        "MISSING_FIELD",
                        "root",
                        root,
                        "is required for " + id,
                        "name the folder or zip on the worker's machine");
            }
            if (root.indexOf('\0') >= 0) {
                throw new InvalidSpec("BAD_PATH", "root", root.replace('\0', '?'), "must not hold a NUL", null);
            }
            if (train != null || test != null) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE",
                        train != null ? "train" : "test",
                        train != null ? train : test,
                        "belongs to id shapes only",
                        "remove it");
            }
        }
    }

    @Override
    public String toString() {
        return root == null ? id : String.format(Locale.ROOT, "%s (%s)", id, root);
    }
}
