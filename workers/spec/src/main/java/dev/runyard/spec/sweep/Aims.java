package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.metric.MetricDefinition;
import dev.runyard.spec.pruner.PrunerSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sampler.SamplerSpec;
import dev.runyard.spec.space.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a sweep is after, and what its pruner looks at: metrics that runs report, in time, and in the direction that is better. */
public final class Aims {
    /** What a training of ours reports after every epoch. */
    private static final List<String> EVERY_EPOCH =
            List.of("val/top1", "val/top5", "val/loss", "train/loss", "train/top1");

    private static final String SCHEDULE = "schedule";
    private static final String EPOCHS = "epochs";
    private static final String SCHEDULE_EPOCHS = SCHEDULE + "." + EPOCHS;
    private static final String PRESET = "preset";

    private Aims() {}

    /** @throws InvalidSpec below {@code metric}, {@code goal}, {@code further}, {@code pruner} */
    static void check(SweepSpec sweep) {
        boolean ours = !program(sweep) && !sweep.outside();
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
        boolean program = program(sweep);
        if (program && pruner instanceof PrunerSpec.Hyperband) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "pruner.kind",
                    "hyperband",
                    "needs to know how long the runs are, and of a program nobody does",
                    "use asha");
        }
        // A program reports what it likes, over epochs or steps.
        if (!sweep.outside() && !program && !EVERY_EPOCH.contains(metric)) {
            throw new InvalidSpec(
                    "REPORTED_AT_THE_END",
                    "pruner.metric",
                    metric,
                    "is not reported before the end of a run",
                    "add metric: val/top1 to the pruner; there are " + String.join(", ", EVERY_EPOCH));
        }
        // A range is left at either end, whichever of them is better.
        if (program
                && !(pruner instanceof PrunerSpec.Threshold)
                && better(sweep, metric).isEmpty()) {
            throw new InvalidSpec(
                    "UNKNOWN_DIRECTION",
                    "pruner.metric",
                    metric,
                    "is no goal of this sweep, and nobody says which end of it is better",
                    "leave it out for " + sweep.metric() + ", or report it as val/loss or val/top1");
        }
        if (sweep.outside()) {
            int epochs = epochs(sweep);
            if (epochs == 0) {
                throw new InvalidSpec(
                        "MISSING_FIELD",
                        "base.schedule.epochs",
                        null,
                        "says how long a run from outside is, and is required beside a pruner",
                        "write base: {schedule: {epochs: 81}}");
            }
            leavesSomething(sweep, epochs);
        }
    }

    /** Whether more is better of what its pruner looks at, without a pruner of the sweep's metric. */
    public static boolean higher(SweepSpec sweep) {
        PrunerSpec pruner = sweep.pruner();
        String metric = pruner == null || pruner.metric() == null ? sweep.metric() : pruner.metric();
        // A sweep that was accepted by an earlier release goes on as it began.
        return better(sweep, metric).orElse(sweep.goal()) == SweepSpec.Goal.MAX;
    }

    /** Which end of a metric is better, as it is defined, else as a goal of the same name says. */
    private static Optional<SweepSpec.Goal> better(SweepSpec sweep, String metric) {
        if (metric.equals(sweep.metric())) {
            return Optional.of(sweep.goal());
        }
        return MetricDefinition.direction(metric)
                .map(d -> d == MetricDefinition.Direction.MAX ? SweepSpec.Goal.MAX : SweepSpec.Goal.MIN)
                .or(() -> sweep.further().stream()
                        .filter(goal -> goal.metric().equals(metric))
                        .map(SweepSpec.Objective::goal)
                        .findFirst());
    }

    /**
     * Refuses a pruner that would never stop a run.
     *
     * @param longest epochs of the longest run; 0: unknown
     * @throws InvalidSpec OUT_OF_RANGE below {@code pruner}
     */
    static void leavesSomething(SweepSpec sweep, int longest) {
        PrunerSpec pruner = sweep.pruner();
        if (pruner != null && longest > 0 && pruner.minEpochs() >= longest) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "pruner." + (pruner instanceof PrunerSpec.Patience ? "epochs" : "minEpochs"),
                    pruner.minEpochs(),
                    "leaves nothing to stop: the longest run has " + longest + " epochs",
                    "give fewer");
        }
    }

    /** Of the base of a sweep from outside, whose runs are all as long; 0 where it does not say. */
    public static int epochs(SweepSpec sweep) {
        boolean varied = sweep.axes().containsKey("schedule") || sweep.axes().containsKey("schedule.epochs");
        return varied ? 0 : sweep.base().path("schedule").path("epochs").asInt(0);
    }

    /**
     * Most epochs that a run of this lab may have by the spec, whichever of its points are drawn: of the base, the axes, and the points that
     * are included. 0 for programs, which have none.
     *
     * @throws InvalidSpec for a preset that this release does not have
     */
    public static int longest(SweepSpec sweep) {
        if (program(sweep)) {
            return 0;
        }
        JsonNode base = sweep.base().path("schedule").path(EPOCHS);
        List<JsonNode> given = new ArrayList<>();
        Axis axis = sweep.axes().get(SCHEDULE_EPOCHS);
        Axis whole = sweep.axes().get(SCHEDULE);
        if (axis != null && axis.plain() instanceof Axis.Choice choice) {
            given.addAll(choice.values());
        } else if (axis != null && axis.plain() instanceof Axis.Integers range) {
            given.add(JsonNodeFactory.instance.numberNode(range.hi() - (range.hi() - range.lo()) % range.step()));
        }
        if (whole != null && whole.plain() instanceof Axis.Choice choice) {
            choice.values().forEach(schedule -> given.add(schedule.path(EPOCHS)));
        }
        boolean always = axis != null && axis.when().isEmpty()
                || whole != null && whole.when().isEmpty();
        if (!always) {
            given.add(base);
        }
        for (Map<String, JsonNode> point : sweep.include()) {
            JsonNode schedule = point.get(SCHEDULE);
            given.add(
                    schedule == null
                            ? Objects.requireNonNullElse(point.get(SCHEDULE_EPOCHS), base)
                            : schedule.path(EPOCHS));
        }
        int unsaid = given.stream().allMatch(JsonNode::isNumber) ? 0 : unsaid(sweep);
        return given.stream().mapToInt(epochs -> epochs.asInt(unsaid)).max().orElse(0);
    }

    /** Most epochs of a run that says nothing of them: those of a preset, or the default. */
    private static int unsaid(SweepSpec sweep) {
        List<JsonNode> presets = new ArrayList<>(List.of(sweep.base().path(PRESET)));
        Axis axis = sweep.axes().get(PRESET);
        if (axis != null && axis.plain() instanceof Axis.Choice choice) {
            presets.addAll(choice.values());
        }
        sweep.include().forEach(point -> presets.add(point.getOrDefault(PRESET, MissingNode.getInstance())));
        return presets.stream().distinct().mapToInt(Aims::ofPreset).max().orElse(0);
    }

    private static int ofPreset(JsonNode preset) {
        ObjectNode least = JsonNodeFactory.instance.objectNode();
        least.putObject("dataset").put("id", "shapes");
        if (preset.isTextual()) {
            least.set(PRESET, preset);
        }
        return SpecDocument.read(least).schedule().epochs();
    }

    /** Whether its runs are programs, which report what they like and have no length that is known. */
    public static boolean program(SweepSpec sweep) {
        return sweep.base().path("task").asText().equals("command");
    }
}
