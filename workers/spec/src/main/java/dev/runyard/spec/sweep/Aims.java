package dev.runyard.spec.sweep;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.metric.MetricDefinition;
import dev.runyard.spec.pruner.PrunerSpec;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sampler.SamplerSpec;
import java.util.List;
import java.util.Optional;

/** What a sweep is after, and what its pruner looks at: metrics that runs report, in time, and in the direction that is better. */
public final class Aims {
    /** What a training reports after every epoch. */
    private static final List<String> EVERY_EPOCH =
            List.of("val/top1", "val/top5", "val/loss", "train/loss", "train/top1");

    private Aims() {}

    /** @throws InvalidSpec below {@code metric}, {@code goal}, {@code further}, {@code pruner} */
    static void check(SweepSpec sweep) {
        boolean program = sweep.base().path("task").asText().equals("command");
        boolean ours = !program && !sweep.outside();
        aim("", ours, sweep.metric(), sweep.goal());
        for (int i = 0; i < sweep.further().size(); i++) {
            aim(
                    "further[" + i + "].",
                    ours,
                    sweep.further().get(i).metric(),
                    sweep.further().get(i).goal());
        }
        boolean several = sweep.sampler() instanceof SamplerSpec.Nsga2;
        if (several != !sweep.further().isEmpty()) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    several ? "sampler" : "further",
                    several ? "nsga2" : sweep.further(),
                    several ? "weighs several goals, and there is one" : "is for sampler nsga2",
                    several
                            ? "add further: [{metric: system/parameters, goal: min}], or use tpe"
                            : "use sampler nsga2");
        }
        if (sweep.pruner() != null) {
            pruner(sweep, sweep.pruner());
        }
    }

    /**
     * Why a sweep's budget wants no further points, by what came of those it has: its target is reached, or too many in a row did not
     * beat the best.
     *
     * @param history in the order of the draws; of what is pruned or failed no loss counts, but the point does
     */
    public static Optional<String> reached(SweepSpec sweep, SweepSpec.Budget budget, List<Past> history) {
        double sign = sweep.goal() == SweepSpec.Goal.MAX ? -1 : 1;
        double best = Double.POSITIVE_INFINITY;
        int without = 0;
        for (Past past : history) {
            if (past.state() == Past.State.OPEN) {
                continue;
            }
            boolean better = past.told() && past.loss() < best;
            best = better ? past.loss() : best;
            without = better ? 0 : without + 1;
        }
        if (budget.target() != null && best <= sign * budget.target()) {
            return Optional.of(sweep.metric() + " reached " + sign * best + ", the target is " + budget.target());
        }
        if (budget.noImprovement() != null && without >= budget.noImprovement()) {
            return Optional.of(without + " points in a row "
                    + (Double.isInfinite(best)
                            ? "have no " + sweep.metric()
                            : "did not beat " + sweep.metric() + " " + sign * best));
        }
        return Optional.empty();
    }

    /** @param ours whether its runs report what ours do; programs, and what is told from outside, report what they like */
    private static void aim(String field, boolean ours, String metric, SweepSpec.Goal goal) {
        if (ours) {
            MetricDefinition.requireReported(field + "metric", metric);
        }
        MetricDefinition.direction(metric)
                .filter(d -> !d.name().equals(goal.name()))
                .ifPresent(d -> {
                    throw new InvalidSpec(
                            "AGAINST_DEFINITION",
                            field + "goal",
                            goal.name().toLowerCase(java.util.Locale.ROOT),
                            "is the worse end of " + metric,
                            "leave goal out");
                });
    }

    private static void pruner(SweepSpec sweep, PrunerSpec pruner) {
        String metric = pruner.metric() == null ? sweep.metric() : pruner.metric();
        if (!sweep.outside() && !EVERY_EPOCH.contains(metric)) {
            throw new InvalidSpec(
                    "REPORTED_AT_THE_END",
                    "pruner.metric",
                    metric,
                    "is not reported before the end of a run",
                    "add metric: val/top1 to the pruner; there are " + String.join(", ", EVERY_EPOCH));
        }
        int epochs = epochs(sweep);
        if (sweep.outside() && epochs == 0) {
            throw new InvalidSpec(
                    "MISSING_FIELD",
                    "base.schedule.epochs",
                    null,
                    "says how long a run from outside is, and is required beside a pruner",
                    "write base: {schedule: {epochs: 81}}");
        }
        if (epochs > 0 && pruner.minEpochs() >= epochs) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "pruner." + (pruner instanceof PrunerSpec.Patience ? "epochs" : "minEpochs"),
                    pruner.minEpochs(),
                    "leaves nothing to stop: runs have " + epochs + " epochs",
                    "give fewer");
        }
    }

    /** Of the base; 0 where an axis or the default gives them. */
    public static int epochs(SweepSpec sweep) {
        boolean varied = sweep.axes().containsKey("schedule") || sweep.axes().containsKey("schedule.epochs");
        return varied ? 0 : sweep.base().path("schedule").path("epochs").asInt(0);
    }
}
