package dev.runyard.service.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Whether a sweep has had enough: device-hours, hours, a target reached, or no improvement. Runs under way are never stopped by it. */
@ApplicationScoped
class SweepBudgets {
    private static final String USED = """
            select coalesce(sum(extract(epoch from coalesce(a.ended_at, now()) - a.started_at)), 0) / 3600
            from attempt a join run r on r.id = a.run_id where r.sweep_id = ? and a.started_at is not null""";

    private final Statements statements;
    private final SweepHistory history;

    SweepBudgets(Statements statements, SweepHistory history) {
        this.statements = statements;
        this.history = history;
    }

    /** Why there should be no further points; empty while there is something left, or no budget. */
    Optional<String> spent(UUID sweep, JsonNode document) {
        if (!document.path("budget").isObject()) {
            return Optional.empty();
        }
        SweepSpec spec = Json.read(document, SweepSpec.class);
        SweepSpec.Budget budget = java.util.Objects.requireNonNull(spec.budget());
        if (budget.deviceHours() != null) {
            double used = hours(USED, sweep);
            if (used >= budget.deviceHours()) {
                return said("%.2f device-hours used, of %s", used, budget.deviceHours());
            }
        }
        if (budget.hours() != null) {
            double gone = hours("select extract(epoch from now() - created_at) / 3600 from sweep where id = ?", sweep);
            if (gone >= budget.hours()) {
                return said("%.2f hours since it was queued, of %s", gone, budget.hours());
            }
        }
        return budget.target() == null && budget.noImprovement() == null
                ? Optional.empty()
                : reached(spec, budget, history.of(sweep, spec));
    }

    private static Optional<String> reached(SweepSpec spec, SweepSpec.Budget budget, List<Past> history) {
        double sign = spec.goal() == SweepSpec.Goal.MAX ? -1 : 1;
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
            return said("%s reached %s, the target is %s", spec.metric(), sign * best, budget.target());
        }
        if (budget.noImprovement() != null && without >= budget.noImprovement()) {
            return said("%d points in a row did not beat %s %s", without, spec.metric(), sign * best);
        }
        return Optional.empty();
    }

    private double hours(String sql, UUID sweep) {
        return statements.row(sql, r -> r.getDouble(1), sweep).orElse(0.0);
    }

    private static Optional<String> said(String format, Object... values) {
        return Optional.of(String.format(Locale.ROOT, format, values));
    }
}
