package dev.runyard.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a run cost, from the metrics that training keeps of it, in one line. */
public final class Cost {
    private static final List<String> PHASES =
            List.of("preparing", "training", "judging", "checkpointing", "reporting");

    private Cost() {}

    /** Whether the metric is one of those that {@link #line} tells. */
    public static boolean holds(String key) {
        return key.startsWith("system/") && !key.startsWith("system/parameters");
    }

    /** @param metric the last value of a metric; null when there is none. Empty when nothing was measured. */
    public static String line(Function<String, @Nullable Double> metric) {
        List<String> words = new ArrayList<>();
        add(words, metric.apply("system/images-per-second"), "%,.1f images/s in training");
        add(words, metric.apply("system/evaluation-images-per-second"), "%,.1f in evaluation");
        add(words, metric.apply("system/device-memory"), "device memory %.2f GiB");
        add(words, metric.apply("system/process-memory"), "process %.2f GiB");
        add(words, metric.apply("system/utilisation"), "busy %.0f %%");
        List<String> phases = new ArrayList<>();
        for (String phase : PHASES) {
            Double seconds = metric.apply("system/seconds/" + phase);
            if (seconds != null && seconds >= 0.05) {
                phases.add(String.format(Locale.ROOT, "%s %,.1f s", phase, seconds));
            }
        }
        words.addAll(phases);
        return String.join(", ", words);
    }

    private static void add(List<String> words, @Nullable Double value, String format) {
        if (value != null) {
            words.add(String.format(Locale.ROOT, format, value));
        }
    }
}
