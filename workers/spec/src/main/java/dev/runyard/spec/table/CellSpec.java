package dev.runyard.spec.table;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.metric.MetricDefinition;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a cell shows of the runs that belong in it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CellSpec(
        @Doc("Metrics, one column each; .best, .min, .max or .at(other) may follow a name.")
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        List<String> metric,

        @Doc("Fields in which a cell's runs may differ, seed by default: one value for each of theirs.")
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        List<String> over,

        @Doc("Which figures.") Show show,
        @Doc("How the best of a column stands out.") Best best,

        @Doc("Whether each cell says how many values it has.")
        Boolean n,

        @Doc("Which end is better, for metrics of which nobody says.") @Nullable
        Goal goal,

        @Doc(value = "Digits behind the point; left out: as the metric is defined.", min = 0, max = 8) @Nullable
        Integer decimals) {

    /** Which figures stand in a cell. */
    public enum Show {
        @JsonProperty("mean±std")
        MEAN_STD,
        /** The 95 % interval of Student's t. */
        @JsonProperty("mean±ci95")
        MEAN_INTERVAL,
        @JsonProperty("mean")
        MEAN,
        @JsonProperty("median")
        MEDIAN
    }

    /** How the best of a column stands out. */
    public enum Best {
        @JsonProperty("bold")
        BOLD,
        @JsonProperty("none")
        NONE
    }

    /** Which end is better. */
    public enum Goal {
        @JsonProperty("max")
        MAX,
        @JsonProperty("min")
        MIN
    }

    private static final int METRICS = 20;

    public CellSpec {
        metric = metric == null ? List.of() : List.copyOf(metric);
        if (metric.isEmpty() || metric.size() > METRICS || new HashSet<>(metric).size() < metric.size()) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "metric",
                    metric.toString(),
                    "must name 1 to " + METRICS + " metrics, each once",
                    "for example test/top1");
        }
        over = over == null ? List.of("seed") : List.copyOf(over);
        if (over.isEmpty() || over.size() > ReportSpec.FIELDS) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", "over", over.toString(), "must name 1 to " + ReportSpec.FIELDS + " fields", null);
        }
        show = show == null ? Show.MEAN_STD : show;
        best = best == null ? Best.BOLD : best;
        n = n == null ? false : n;
        Bounds.check(CellSpec.class, "decimals", decimals);
    }

    /** Whether its runs are meant to have different images, as draws of few shots have. */
    boolean overData() {
        return over.stream().anyMatch(field -> field.matches("(params\\.)?dataset\\..+"));
    }

    /** Which end of the metric is better; null: nobody says. */
    @Nullable
    Goal goal(String of) {
        if (goal != null) {
            return goal;
        }
        return MetricDefinition.direction(bare(of))
                .map(d -> d == MetricDefinition.Direction.MIN ? Goal.MIN : Goal.MAX)
                .orElse(null);
    }

    int decimals(String of) {
        return decimals != null
                ? decimals
                : MetricDefinition.of(bare(of)).map(MetricDefinition::decimals).orElse(4);
    }

    String unit(String of) {
        return MetricDefinition.of(bare(of)).map(MetricDefinition::unit).orElse("");
    }

    /** The metric's own name, without the part of it that is asked for. */
    static String bare(String metric) {
        return metric.replaceAll("\\.(last|best|min|max|at\\(.*\\))$", "");
    }

    void check(Extra extra) {
        for (String one : metric) {
            if ((best == Best.BOLD || extra.wins()) && goal(one) == null) {
                throw new InvalidSpec(
                        "MISSING_FIELD",
                        "cell.goal",
                        null,
                        "is required for " + one + ", of which nobody says which end is better",
                        "add goal: max or goal: min, or best: none");
            }
            if (extra.average() && (!unit(one).equals(unit(metric.get(0))) || goal(one) != goal(metric.get(0)))) {
                throw new InvalidSpec(
                        "BAD_VALUE",
                        "extra",
                        "average",
                        "is of no meaning over " + metric.get(0) + " and " + one,
                        "ask for metrics of one kind, or leave the average out");
            }
        }
    }
}
