package dev.runyard.service.project;

import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Project;
import dev.runyard.service.http.Problem;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Removes a project for good, with all that is of it; its files go with the next sweep, as far as nothing else refers to them. */
@ApplicationScoped
public class ProjectRemoval {
    private final Statements statements;
    private final Asking asking;

    ProjectRemoval(Statements statements, Asking asking) {
        this.statements = statements;
        this.asking = asking;
    }

    /**
     * The project that every lab has is emptied and stays.
     *
     * @return rows that went, by table
     * @throws Problem 404; 409 PROJECT_BUSY while a run of the lab's is not over
     */
    Map<String, Long> remove(String name) {
        return asking.asLab(() -> QuarkusTransaction.requiringNew()
                .timeout(ProjectExport.HOURS_SECONDS)
                .call(() -> gone(name)));
    }

    private Map<String, Long> gone(String name) {
        statements.change("set local statement_timeout = 0");
        UUID project = statements
                .row("select id from project where name = ? for update", r -> r.getObject(1, UUID.class), name)
                .orElseThrow(() -> Problem.notFound("project", name));
        long open = statements.number("""
                select count(*) from run where project_id = ? and not external
                  and state not in ('FINISHED', 'PRUNED', 'FAILED', 'CANCELLED')""", project);
        if (open > 0) {
            throw Problem.of(
                    409,
                    "PROJECT_BUSY",
                    open + " runs of project " + name + " are not over; cancel them, and wait until they are.");
        }
        statements.change(
                "update device set held_project = null, held_until = null, held_by = null where held_project = ?",
                project);
        statements.change(
                "update lease set yields_to = null where yields_to in (select id from run where project_id = ?)",
                project);
        Map<String, Long> rows = new TreeMap<>();
        for (Part part : reversed()) {
            if (!Part.SHARED.contains(part.table())) {
                rows.put(part.table(), (long) statements.change(
                        "delete from " + part.table() + " t where " + part.which(), part.values(project)));
            }
        }
        if (!name.equals(Project.DEFAULT)) {
            rows.put("project", (long) statements.change("delete from project where id = ?", project));
        }
        rows.values().removeIf(n -> n == 0);
        return rows;
    }

    private static List<Part> reversed() {
        List<Part> all = new ArrayList<>(Part.ALL);
        Collections.reverse(all);
        // What refers to runs and is not written out goes before them.
        all.addAll(0, Part.LAB);
        return all;
    }
}
