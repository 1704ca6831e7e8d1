package dev.runyard.e2e.bench.search;

import dev.runyard.e2e.bench.Arguments;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.pruner.Pruner;
import dev.runyard.spec.pruner.PrunerSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Device time until the target is reached with ASHA and with Hyperband, beside the same runs of chance without a pruner, on a simulated clock with 1, 4 and
 * 16 devices. Goal: sooner, with p below .01 (one-sided sign test over the seeds).
 *
 * <p>{@code --seeds 30}.
 */
public final class PrunersBench {
    private PrunersBench() {}

    /**
     * @param random median ticks without a pruner
     * @param pruned median ticks with it
     * @param sooner seeds of which it was
     */
    record Outcome(String course, String pruner, int devices, double random, double pruned, int sooner, int seeds) {
        double p() {
            return tail(seeds, sooner);
        }

        boolean hit() {
            return p() < 0.01 && pruned < random;
        }
    }

    public static void main(String[] given) {
        int seeds = Arguments.of(given, List.of("seeds")).count("seeds", 30);
        System.out.println("function pruner devices random pruned ratio sooner p verdict");
        for (Course course : Course.values()) {
            for (String kind : List.of("asha", "hyperband")) {
                for (int devices : new int[] {1, 4, 16}) {
                    Outcome one = of(course, kind, devices, seeds);
                    System.out.printf(
                            Locale.ROOT,
                            "%s %s %d %.0f %.0f %.2f %d/%d %.2g %s%n",
                            one.course(),
                            kind,
                            devices,
                            one.random(),
                            one.pruned(),
                            one.pruned() / one.random(),
                            one.sooner(),
                            seeds,
                            one.p(),
                            one.hit() ? "hit" : "MISS");
                }
            }
        }
    }

    static Outcome of(Course course, String kind, int devices, int seeds) {
        PrunerSpec spec = Json.read("{\"kind\":\"" + kind + "\",\"reduction\":3,\"minEpochs\":3}", PrunerSpec.class);
        Pruner pruner = Pruner.of(spec, Course.EPOCHS, false);
        Race race = new Race(course, devices);
        long[] random = new long[seeds];
        long[] pruned = new long[seeds];
        int sooner = 0;
        for (int seed = 0; seed < seeds; seed++) {
            random[seed] = race.ticks(null, seed);
            pruned[seed] = race.ticks(pruner, seed);
            sooner += pruned[seed] < random[seed] ? 1 : 0;
        }
        return new Outcome(
                course.name().toLowerCase(Locale.ROOT), kind, devices, median(random), median(pruned), sooner, seeds);
    }

    private static double median(long[] ticks) {
        long[] sorted = ticks.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2.0;
    }

    /** How likely so many or more of n are, if each is as likely as not. */
    private static double tail(int n, int atLeast) {
        double sum = 0;
        double term = Math.pow(0.5, n);
        for (int k = 0; k <= n; k++) {
            sum += k >= atLeast ? term : 0;
            term = term * (n - k) / (k + 1);
        }
        return Math.min(1, sum);
    }
}
