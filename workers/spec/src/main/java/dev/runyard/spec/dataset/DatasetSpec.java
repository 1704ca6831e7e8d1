package dev.runyard.spec.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.HostPath;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.Only;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Images and labels. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetSpec(
        @Doc(
                "shapes (rendered by the product), folder (any supported layout), union (several data sets as one), or a data"
                        + " set by name, which binds its class names.")
        String id,

        @Doc("A folder or a zip on the worker's machine; left out: where the worker's data.yaml says.")
        @HostPath
        @Nullable
        String root,

        @Doc("Where train, val and test come from.") Split split,

        @Doc(value = "For shapes only: training images rendered.", min = 10, max = 100_000) @Nullable
        Integer train,

        @Doc(value = "For shapes only: test images rendered.", min = 10, max = 100_000) @Nullable
        Integer test,

        @Doc("For union only: 2 to 16 data sets; their classes follow one another.") @Nullable
        List<DatasetPart> parts,

        @Doc("What an image that cannot be decoded does: fail the run, or be left out and counted.")
        BadImage onBadImage,

        @Doc(
                "Which images are trained on: train, which leaves val to choose by, or train and val together, as in the PGN paper.")
        Fit fit,

        @Doc(
                value = "K: training images of each class, drawn by CoOp's rule, and of val at most 4; left out: all.",
                min = 1,
                max = 10_000)
        @Nullable
        Integer shots,

        @Doc(value = "Seed of the draw of shots; CoOp's are 1, 2 and 3.", min = 0, max = 1_000_000, derived = true)
        @Nullable
        Integer shotSeed,

        @Doc("Which classes: all, or for base-to-new the first half (base) or the other (new), as CoOp halves them.")
        Classes classes,

        @Doc("Name that workers offer it by in their data.yaml; instead of a root.") @Nullable
        String name) {

    /** Several data sets trained as one: their labels stand one after another. */
    public static final String UNION = "union";

    private static final int FEWEST_PARTS = 2;
    private static final int MOST_PARTS = 16;

    /** Every data set a run can name. */
    public static final List<String> IDS = List.copyOf(DatasetEntry.all().keySet());

    /** Whether this is an id of a data set that lies in a folder or a zip. */
    public static boolean hasRoot(String id) {
        return IDS.contains(id) && !id.equals("shapes") && !id.equals(UNION);
    }

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

    /** Fate of an image that cannot be decoded. */
    public enum BadImage {
        /** The run ends and names the image. */
        @JsonProperty("fail")
        FAIL,
        /** The image is left out; how many were is shown beside every result. */
        @JsonProperty("skip")
        SKIP
    }

    /** Images that are trained on. */
    public enum Fit {
        /** The train part. */
        @JsonProperty("train")
        TRAIN,
        /** The train part and behind it the val part; nothing is left to validate on but test. */
        @JsonProperty("train+val")
        TRAIN_AND_VAL
    }

    /** Classes that are there. */
    public enum Classes {
        @JsonProperty("all")
        ALL,
        /** The first half in the order of the labels, of an odd number the larger one. */
        @JsonProperty("base")
        BASE,
        /** The rest. */
        @JsonProperty("new")
        NEW
    }

    public DatasetSpec {
        id = id == null && name != null ? named(name) : Defaults.required("id", id);
        if (!IDS.contains(id)) {
            throw Nearest.unknown("id", id, IDS, "UNKNOWN_DATASET");
        }
        split = Defaults.or(split, Split.AUTO);
        onBadImage = Defaults.or(onBadImage, BadImage.FAIL);
        fit = Defaults.or(fit, Fit.TRAIN);
        classes = Defaults.or(classes, Classes.ALL);
        shotSeed = Only.with("shotSeed", shotSeed, shots != null, "dataset.shots", 1);
        checkFew(id, fit, shots, shotSeed, classes);
        if (fit == Fit.TRAIN_AND_VAL && id.equals("shapes")) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "fit",
                    "train+val",
                    "is not for shapes, of which as many are rendered as train says",
                    "leave fit out and raise train");
        }
        if (parts != null) {
            parts = List.copyOf(parts);
        }
        checkParts(id, parts, split);
        checkRoot(id, root, name);
        if (id.equals("shapes")) {
            train = Defaults.or(train, 2_000);
            test = Defaults.or(test, 500);
            Bounds.check(DatasetSpec.class, "train", train);
            Bounds.check(DatasetSpec.class, "test", test);
        } else if (train != null || test != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    train != null ? "train" : "test",
                    train != null ? train : test,
                    "belongs to id shapes only",
                    "remove it");
        }
    }

    /** One data set; an image that cannot be decoded fails the run. */
    public DatasetSpec(
            String id, @Nullable String root, @Nullable Split split, @Nullable Integer train, @Nullable Integer test) {
        this(id, root, split, train, test, null, BadImage.FAIL);
    }

    /** How a data set is read of which a spec gives the name alone. */
    public static String named(String name) {
        return IDS.contains(name) ? name : "folder";
    }

    /** Trained on its train part. */
    public DatasetSpec(
            String id,
            @Nullable String root,
            @Nullable Split split,
            @Nullable Integer train,
            @Nullable Integer test,
            @Nullable List<DatasetPart> parts,
            BadImage onBadImage) {
        this(
                id,
                root,
                Defaults.or(split, Split.AUTO),
                train,
                test,
                parts,
                onBadImage,
                Fit.TRAIN,
                null,
                null,
                Classes.ALL,
                null);
    }

    private static void checkFew(
            String id, Fit fit, @Nullable Integer shots, @Nullable Integer shotSeed, Classes classes) {
        Bounds.check(DatasetSpec.class, "shots", shots);
        Bounds.check(DatasetSpec.class, "shotSeed", shotSeed);
        boolean few = shots != null || classes != Classes.ALL;
        if (few && (id.equals("shapes") || id.equals(UNION) || id.startsWith("imagenet"))) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    shots != null ? "shots" : "classes",
                    shots != null ? shots : classes.name().toLowerCase(Locale.ROOT),
                    "is not for " + id,
                    "leave it out");
        }
        if (shots != null && fit == Fit.TRAIN_AND_VAL) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE", "fit", "train+val", "is not used beside shots, which are of train", "remove it");
        }
    }

    static void checkHalf(String id, Classes classes) {
        checkFew(id, Fit.TRAIN, null, null, classes);
    }

    /** The same images, of which others are trained on. */
    public DatasetSpec fitted(Fit other) {
        return new DatasetSpec(id, root, split, train, test, parts, onBadImage, other, shots, shotSeed, classes, name);
    }

    private static void checkParts(String id, @Nullable List<DatasetPart> parts, Split split) {
        if (!id.equals(UNION)) {
            if (parts != null) {
                throw new InvalidSpec("NOT_APPLICABLE", "parts", parts, "belongs to id union only", "remove it");
            }
            return;
        }
        if (parts == null) {
            throw new InvalidSpec("MISSING_FIELD", "parts", null, "is required for union", "list the data sets");
        }
        for (int i = 0; i < parts.size(); i++) {
            Classes half = parts.get(i).classes();
            if (half != null) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE",
                        "parts[" + i + "].classes",
                        half.name().toLowerCase(Locale.ROOT),
                        "belongs to evaluations: a union is of whole data sets",
                        "remove it");
            }
        }
        if (parts.size() < FEWEST_PARTS || parts.size() > MOST_PARTS) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "parts",
                    parts.size(),
                    "data sets are listed; a union has " + FEWEST_PARTS + " to " + MOST_PARTS,
                    null);
        }
        if (split != Split.AUTO) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE", "split", split, "is not used by union", "give each of the parts its own split");
        }
    }

    static void checkRoot(String id, @Nullable String root, @Nullable String name) {
        boolean none = id.equals("shapes") || id.equals(UNION);
        if (name != null) {
            Names.place("name", name);
        }
        if (none && (root != null || name != null)) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    root != null ? "root" : "name",
                    root != null ? root : name,
                    id.equals(UNION) ? "is not used: each part has its own" : "is not used: shapes are rendered",
                    id.equals(UNION) ? "give it in parts" : "use id: folder for own images");
        }
        if (root != null && name != null) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "name",
                    name,
                    "stands beside a root, which says where it is",
                    "remove one of them");
        }
        if (id.equals("folder") && name == null && root == null || root != null && root.isBlank()) {
            throw new InvalidSpec(
                    "MISSING_FIELD",
                    "root",
                    root,
                    "is required for " + id,
                    "name the folder or zip on the worker's machine, or give the name that workers offer it by");
        }
        if (root != null && root.indexOf('\0') >= 0) {
            throw new InvalidSpec("BAD_PATH", "root", root.replace('\0', '?'), "must not hold a NUL", null);
        }
    }

    @Override
    public String toString() {
        if (parts != null) {
            return parts.stream().map(DatasetPart::id).collect(Collectors.joining(" + "));
        }
        return root == null ? (name == null ? id : name) : String.format(Locale.ROOT, "%s (%s)", id, root);
    }
}
