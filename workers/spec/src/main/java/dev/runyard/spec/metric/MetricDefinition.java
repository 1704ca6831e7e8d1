package dev.runyard.spec.metric;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Nearest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a metric is: said here and nowhere else. The first definition that a name meets counts.
 *
 * @param pattern of its name, a regular expression that the whole name matches, upper or lower case
 * @param direction which end is better; null: neither
 * @param unit behind a value; empty: none
 * @param decimals that a value is shown with
 * @param name as training reports it, or how such a name is made; null for names that other programs use
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MetricDefinition(
        String pattern,
        @Nullable Direction direction,
        String unit,
        int decimals,
        @Nullable String name) {

    /** Which end is better. */
    public enum Direction {
        MIN,
        MAX
    }

    /** In the order in which they are tried. */
    public static final List<MetricDefinition> ALL = List.of(
            new MetricDefinition("train/loss", Direction.MIN, "", 4, "train/loss"),
            new MetricDefinition("train/top1", Direction.MAX, "%", 2, "train/top1"),
            new MetricDefinition("train/lr", null, "", 6, "train/lr"),
            new MetricDefinition("train/inverse-regularisation", null, "", 6, "train/inverse-regularisation"),
            new MetricDefinition("val/loss", Direction.MIN, "", 4, "val/loss"),
            new MetricDefinition("val/top1", Direction.MAX, "%", 2, "val/top1"),
            new MetricDefinition("val/top5", Direction.MAX, "%", 2, "val/top5"),
            new MetricDefinition("test/top1", Direction.MAX, "%", 2, "test/top1"),
            new MetricDefinition("test/top5", Direction.MAX, "%", 2, "test/top5"),
            new MetricDefinition("test/mean-per-class", Direction.MAX, "%", 2, "test/mean-per-class"),
            new MetricDefinition("test/harmonic-mean", Direction.MAX, "%", 2, "test/harmonic-mean"),
            new MetricDefinition("test/nll", Direction.MIN, "", 4, "test/nll"),
            new MetricDefinition("test/brier", Direction.MIN, "", 4, "test/brier"),
            new MetricDefinition("test/ece", Direction.MIN, "", 4, "test/ece"),
            new MetricDefinition("(val|test)/[^/]+/top1", Direction.MAX, "%", 2, "test/<data set>/top1"),
            new MetricDefinition("(val|test)/[^/]+/own-top1", Direction.MAX, "%", 2, "test/<data set>/own-top1"),
            new MetricDefinition("test/[^/]+/top5", Direction.MAX, "%", 2, "test/<data set>/top5"),
            new MetricDefinition("test/[^/]+/masked-top1", Direction.MAX, "%", 2, "test/<data set>/masked-top1"),
            new MetricDefinition("test/[^/]+/drop", Direction.MIN, "%", 2, "test/<data set>/drop"),
            new MetricDefinition("system/parameters", null, "", 0, "system/parameters"),
            new MetricDefinition("system/parameters-ratio", null, "", 6, "system/parameters-ratio"),
            new MetricDefinition("system/seconds/[a-z]+", null, "s", 1, "system/seconds/<phase>"),
            new MetricDefinition("system/images-per-second", null, "/s", 1, "system/images-per-second"),
            new MetricDefinition(
                    "system/evaluation-images-per-second", null, "/s", 1, "system/evaluation-images-per-second"),
            new MetricDefinition("system/(process|device)-memory", null, "GiB", 2, "system/<process or device>-memory"),
            new MetricDefinition("system/utilisation", null, "%", 1, "system/utilisation"),
            new MetricDefinition(
                    "system/now/(process|device)-memory", null, "GiB", 2, "system/now/<process or device>-memory"),
            new MetricDefinition("system/now/processors", null, "", 2, "system/now/processors"),
            new MetricDefinition("system/now/utilisation", null, "%", 1, "system/now/utilisation"),
            new MetricDefinition("system/.*", null, "", 4, null),
            new MetricDefinition("(.*[/_. -])?(lr|learning[_ -]?rate|epoch|step|seed)", null, "", 6, null),
            new MetricDefinition(
                    ".*loss|.*/drop|(.*[/_. -])?(error|err|mse|rmse|mae|nll|perplexity|ppl|wer|cer|fid)",
                    Direction.MIN,
                    "",
                    4,
                    null),
            new MetricDefinition(
                    "(.*[/_. -])?(acc|accuracy|top-?\\d+|acc@?\\d+|f1|auc|auroc|precision|recall|map|iou|miou|dice|psnr|ssim|bleu)",
                    Direction.MAX,
                    "",
                    4,
                    null));

    private static final List<Pattern> PATTERNS = ALL.stream()
            .map(d -> Pattern.compile(d.pattern, Pattern.CASE_INSENSITIVE))
            .toList();

    /** Empty for a name that nothing is known of. */
    public static Optional<MetricDefinition> of(String key) {
        for (int i = 0; i < ALL.size(); i++) {
            if (PATTERNS.get(i).matcher(key).matches()) {
                return Optional.of(ALL.get(i));
            }
        }
        return Optional.empty();
    }

    /** Empty for a name of which neither end is better, or nothing is known. */
    public static Optional<Direction> direction(String key) {
        return of(key).map(MetricDefinition::direction);
    }

    /**
     * A metric that a run of ours reports.
     *
     * @throws InvalidSpec UNKNOWN_METRIC with the nearest
     */
    public static void requireReported(String field, String key) {
        boolean reported = of(key).filter(d -> d.name != null)
                .filter(d -> Pattern.matches(d.pattern, key))
                .isPresent();
        if (!reported) {
            List<String> names = ALL.stream()
                    .map(MetricDefinition::name)
                    .filter(name -> name != null)
                    .toList();
            throw Nearest.unknown(field, key, names, "UNKNOWN_METRIC");
        }
    }
}
