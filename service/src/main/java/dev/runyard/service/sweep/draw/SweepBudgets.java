package dev.runyard.service.sweep.draw;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sweep.Aims;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Whether a sweep has had enough: device-hours, hours, a target reached, or no improvement. Runs under way are never stopped by it. */
@ApplicationScoped
public class SweepBudgets {
    private static final String USED = """
            select coalesce(sum(extract(epoch from coalesce(a.ended_at, now()) - a.started_at) * r.devices), 0) / 3600
            from attempt a join run r on r.id = a.run_id where r.sweep_id = ? and a.started_at is not null""";

    private final Statements statements;
    private final SweepHistory history;

    public SweepBudgets(Statements statements, SweepHistory history) {
        this.statements = statements;
        this.history = history;
    }

    /** Why there should be no further points; empty while there is something left, or no budget. */
    public Optional<String> spent(UUID sweep, JsonNode document) {
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
                : Aims.reached(spec, budget, history.of(sweep, spec));
    }

    private double hours(String sql, UUID sweep) {
        return statements.row(sql, r -> r.getDouble(1), sweep).orElse(0.0);
    }

    private static Optional<String> said(String format, Object... values) {
        return Optional.of(String.format(Locale.ROOT, format, values));
    }
}
