package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Images and labels. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetSpec(
        @Doc(
                "shapes (rendered by the product), folder (any supported layout), or a data set by name, which binds its class"
                        + " names.")
        String id,

        @Doc("A folder or a zip on the worker's machine; required but for shapes.") @Nullable
        String root,

        @Doc("Where train, val and test come from.") Split split,

        @Doc(value = "For shapes only: training images rendered.", min = 10, max = 100_000) @Nullable
        Integer train,

        @Doc(value = "For shapes only: test images rendered.", min = 10, max = 100_000) @Nullable
        Integer test) {

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
            Bounds.check(DatasetSpec.class, "train", train);
            Bounds.check(DatasetSpec.class, "test", test);
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
