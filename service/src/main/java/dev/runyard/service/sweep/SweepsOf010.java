package dev.runyard.service.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sweep.Points;
import dev.runyard.spec.sweep.SweepSpec;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Sweeps of 0.1.0, which drew its points anew whenever it made runs. They are drawn once more, as that release drew, and stored like all
 * others: at a start, before anything makes runs of them.
 */
@ApplicationScoped
class SweepsOf010 {
    private static final Logger LOG = Logger.getLogger(SweepsOf010.class);

    private final Statements statements;

    SweepsOf010(Statements statements) {
        this.statements = statements;
    }

    void started(@Observes @Priority(1_000) StartupEvent event) {
        draw();
    }

    /** A sweep whose spec means nothing any more is left alone: it shows what it has. */
    void draw() {
        List<UUID> sweeps = QuarkusTransaction.requiringNew()
                .call(() -> statements.rows(
                        "select s.id from sweep s where not exists (select from sweep_draw d where d.sweep_id = s.id)",
                        r -> r.getObject(1, UUID.class)));
        for (UUID sweep : sweeps) {
            try {
                QuarkusTransaction.requiringNew().run(() -> draw(sweep));
            } catch (InvalidSpec e) {
                LOG.warnf("sweep %s: its points cannot be drawn: %s", sweep, e.getMessage());
            }
        }
    }

    private void draw(UUID sweep) {
        Optional<JsonNode> stored = statements.row(
                "select spec from sweep where id = ? for no key update", r -> Json.tree(r.getString(1)), sweep);
        if (stored.isEmpty()) {
            return;
        }
        SweepSpec spec = Json.read(stored.get(), SweepSpec.class);
        if (!Points.blind(spec)) {
            return; // of a later release: nothing is drawn yet
        }
        List<Map<String, JsonNode>> runs = Points.drawAs010(spec);
        statements.change("""
                insert into sweep_point (sweep_id, sweep_index, params)
                select ?, p.n - 1, p.params from jsonb_array_elements(cast(? as jsonb)) with ordinality as p(params, n)
                on conflict do nothing""", sweep, Json.canonical(runs));
        statements.change("""
                insert into sweep_draw (sweep_id, point, params, source, history)
                select sweep_id, row_number() over (order by min(sweep_index)) - 1, params - 'seed', 'unsaid', 0
                from sweep_point where sweep_id = ? group by sweep_id, params - 'seed'""", sweep);
        statements.change("""
                update sweep_point p set point = d.point
                from sweep_draw d where d.sweep_id = ? and p.sweep_id = d.sweep_id and d.params = p.params - 'seed'""", sweep);
    }
}
