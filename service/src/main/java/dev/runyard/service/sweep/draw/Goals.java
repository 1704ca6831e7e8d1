package dev.runyard.service.sweep.draw;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.metric.MetricDefinition;
import dev.runyard.spec.pruner.PrunerSpec;
import dev.runyard.spec.sweep.SweepSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * What a sweep's points are judged by. It is read from the stored spec field by field: what came of a sweep can be booked and shown also where this
 * release does not read the whole of its spec.
 *
 * @param all the first one says which point is best
 * @param watched the metric that its pruner looks at; without a pruner the first goal's
 * @param seedsLater whether further seeds are for the best points alone
 */
public record Goals(List<Goal> all, String watched, boolean seedsLater) {
    /** A metric and which end of it is better. */
    public record Goal(String metric, SweepSpec.Goal better) {
        /** Smaller is better; and back again. */
        public double loss(double value) {
            return better == SweepSpec.Goal.MAX ? -value : value;
        }

        private static Goal of(JsonNode given, String otherwise) {
            String metric = given.path("metric").asText(otherwise);
            String said = given.path("goal").asText("");
            boolean least = said.equals("min")
                    || !said.equals("max")
                            && MetricDefinition.direction(metric)
                                    .filter(MetricDefinition.Direction.MIN::equals)
                                    .isPresent();
            return new Goal(metric, least ? SweepSpec.Goal.MIN : SweepSpec.Goal.MAX);
        }
    }

    public Goals {
        all = List.copyOf(all);
    }

    /** @param document a sweep's spec as it is stored */
    public static Goals of(JsonNode document) {
        List<Goal> all = new ArrayList<>(List.of(Goal.of(document, "val/top1")));
        document.path("further").forEach(further -> all.add(Goal.of(further, "")));
        String metric = all.get(0).metric();
        return new Goals(
                all,
                document.path("pruner").path("metric").asText(metric),
                document.path("seedsLater").asBoolean()
                        && document.path("seeds").size() > 1);
    }

    public static Goals of(SweepSpec spec) {
        List<Goal> all = new ArrayList<>(List.of(new Goal(spec.metric(), spec.goal())));
        spec.further().forEach(further -> all.add(new Goal(further.metric(), further.goal())));
        PrunerSpec pruner = spec.pruner();
        return new Goals(
                all, pruner == null || pruner.metric() == null ? spec.metric() : pruner.metric(), spec.later());
    }

    public Goal first() {
        return all.get(0);
    }
}
