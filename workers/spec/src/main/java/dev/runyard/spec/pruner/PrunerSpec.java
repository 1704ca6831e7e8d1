package dev.runyard.spec.pruner;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import org.jspecify.annotations.Nullable;

/** When a run is stopped before its end. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PrunerSpec.Asha.class, name = "asha"),
    @JsonSubTypes.Type(value = PrunerSpec.Hyperband.class, name = "hyperband"),
    @JsonSubTypes.Type(value = PrunerSpec.Median.class, name = "median"),
    @JsonSubTypes.Type(value = PrunerSpec.Percentile.class, name = "percentile"),
    @JsonSubTypes.Type(value = PrunerSpec.Patience.class, name = "patience"),
    @JsonSubTypes.Type(value = PrunerSpec.Threshold.class, name = "threshold")
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface PrunerSpec {
    /** What every kind says of its {@link #metric}. */
    String METRIC = "Reported every epoch, by a program over its epochs or steps; left out: the sweep's metric.";

    /** What is looked at; null: the sweep's metric. */
    @Nullable
    String metric();

    /** Epochs that a run gets before anything is decided of it. */
    Integer minEpochs();

    /** The best of each rung go on. */
    @Doc(
            title = "ASHA",
            value = "At minEpochs, minEpochs × reduction … the best 1 / reduction of those that came so far go on.")
    record Asha(
            @Doc(METRIC) @Nullable String metric,

            @Doc(value = "One of so many goes on.", min = 2, max = 16)
            Integer reduction,

            @Doc(value = "Epochs of the first rung.", min = 1, max = 100_000)
            Integer minEpochs)
            implements PrunerSpec {
        public Asha {
            reduction = or(Asha.class, "reduction", reduction, 3);
            minEpochs = or(Asha.class, "minEpochs", minEpochs, 1);
        }
    }

    /** ASHA with several first rungs. */
    @Doc(title = "Hyperband", value = "Several ASHAs side by side that begin to stop runs at different epochs.")
    record Hyperband(
            @Doc(METRIC) @Nullable String metric,

            @Doc(value = "One of so many goes on.", min = 2, max = 16)
            Integer reduction,

            @Doc(value = "Epochs of the first rung of all.", min = 1, max = 100_000)
            Integer minEpochs)
            implements PrunerSpec {
        public Hyperband {
            reduction = or(Hyperband.class, "reduction", reduction, 3);
            minEpochs = or(Hyperband.class, "minEpochs", minEpochs, 1);
        }
    }

    /** What is worse than half of the others stops. */
    @Doc(
            title = "Median",
            value = "A run whose best so far is worse than the median of the others at the same epoch stops.")
    record Median(
            @Doc(METRIC) @Nullable String metric,

            @Doc(value = "Other runs that must have come as far.", min = 1, max = 10_000)
            Integer startup,

            @Doc(value = "Epochs that every run gets.", min = 1, max = 100_000)
            Integer minEpochs)
            implements PrunerSpec {
        public Median {
            startup = or(Median.class, "startup", startup, 5);
            minEpochs = or(Median.class, "minEpochs", minEpochs, 1);
        }
    }

    /** What is not among the best part of the others stops. */
    @Doc(title = "Percentile", value = "A run that is not among the best part of the others at the same epoch stops.")
    record Percentile(
            @Doc(METRIC) @Nullable String metric,

            @Doc(value = "Percent of the runs that are good enough.", above = 0, max = 99)
            Double keep,

            @Doc(value = "Other runs that must have come as far.", min = 1, max = 10_000)
            Integer startup,

            @Doc(value = "Epochs that every run gets.", min = 1, max = 100_000)
            Integer minEpochs)
            implements PrunerSpec {
        public Percentile {
            keep = Defaults.or(keep, 25.0);
            Bounds.check(Percentile.class, "keep", keep);
            startup = or(Percentile.class, "startup", startup, 5);
            minEpochs = or(Percentile.class, "minEpochs", minEpochs, 1);
        }
    }

    /** What does not get better stops. */
    @Doc(title = "Patience", value = "A run that has not got better for so many epochs stops.")
    record Patience(
            @Doc(METRIC) @Nullable String metric,

            @Doc(value = "Epochs without an improvement.", min = 1, max = 100_000)
            Integer epochs,

            @Doc(value = "A smaller improvement is none.", min = 0)
            Double minDelta)
            implements PrunerSpec {
        public Patience {
            epochs = or(Patience.class, "epochs", epochs, 10);
            minDelta = Defaults.or(minDelta, 0.0);
            Bounds.check(Patience.class, "minDelta", minDelta);
        }

        @Override
        public Integer minEpochs() {
            return epochs + 1;
        }
    }

    /** What leaves a range stops. */
    @Doc(title = "Threshold", value = "A run whose metric leaves a range, or is not finite, stops.")
    record Threshold(
            @Doc(METRIC) @Nullable String metric,

            @Doc("Least value; left out: none.") @Nullable Double min,

            @Doc("Largest value; left out: none.") @Nullable Double max,

            @Doc(value = "Epochs that every run gets.", min = 1, max = 100_000)
            Integer minEpochs)
            implements PrunerSpec {
        public Threshold {
            if (min == null && max == null) {
                throw new InvalidSpec(
                        "MISSING_FIELD", "min", null, "or max is required by pruner threshold", "add min: 0.1");
            }
            Bounds.check(Threshold.class, "min", min);
            Bounds.check(Threshold.class, "max", max);
            if (min != null && max != null && min >= max) {
                throw new InvalidSpec("OUT_OF_RANGE", "min", min, "must be less than max, which is " + max, null);
            }
            minEpochs = or(Threshold.class, "minEpochs", minEpochs, 1);
        }
    }

    private static int or(Class<? extends Record> type, String field, @Nullable Integer given, int otherwise) {
        int value = Defaults.or(given, otherwise);
        Bounds.check(type, field, value);
        return value;
    }
}
