package dev.runyard.spec.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.HostPath;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.dataset.DatasetSpec.Classes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the data sets of a union. Shapes are rendered in their default numbers. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetPart(
        @Doc("As a data set's id; not union.") String id,

        @Doc("A folder or a zip on the worker's machine; left out: where the worker's data.yaml says.")
        @HostPath
        @Nullable
        String root,

        @Doc("Where train, val and test come from.") DatasetSpec.Split split,

        @Doc("Name that workers offer it by in their data.yaml; instead of a root.") @Nullable
        String name,

        @Doc(
                "Of evaluations: the half of its classes, base or new, that is judged on; the trained model then answers with these"
                        + " classes, whose names it reads.")
        @Nullable
        Classes classes) {

    /** Every data set that can be part of a union. */
    public static final List<String> IDS =
            DatasetSpec.IDS.stream().filter(id -> !id.equals(DatasetSpec.UNION)).toList();

    public DatasetPart {
        id = id == null && name != null ? DatasetSpec.named(name) : Defaults.required("id", id);
        if (!IDS.contains(id)) {
            throw Nearest.unknown("id", id, IDS, "UNKNOWN_DATASET");
        }
        DatasetSpec.checkRoot(id, root, name);
        split = Defaults.or(split, DatasetSpec.Split.AUTO);
        if (classes == Classes.ALL) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "classes",
                    "all",
                    "is what a set without classes is judged on, by the trained model's own outputs",
                    "leave it out, or say base or new");
        }
        if (classes != null) {
            DatasetSpec.checkHalf(id, classes);
        }
    }

    /** By its place. */
    public DatasetPart(String id, @Nullable String root, DatasetSpec.Split split) {
        this(id, root, split, null, null);
    }

    /** The same as a data set of its own. */
    public DatasetSpec spec(DatasetSpec.BadImage onBadImage) {
        return spec(onBadImage, DatasetSpec.Fit.TRAIN);
    }

    /** The same, trained on as the union says. */
    public DatasetSpec spec(DatasetSpec.BadImage onBadImage, DatasetSpec.Fit fit) {
        boolean rendered = id.equals("shapes");
        return new DatasetSpec(
                id,
                root,
                split,
                null,
                null,
                null,
                onBadImage,
                rendered ? DatasetSpec.Fit.TRAIN : fit,
                null,
                null,
                Defaults.or(classes, Classes.ALL),
                name);
    }
}
