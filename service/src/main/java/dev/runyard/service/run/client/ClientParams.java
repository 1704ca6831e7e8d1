package dev.runyard.service.run.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.Configurations;
import dev.runyard.spec.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The parameters that a run's program says. Within an attempt none ever changes; a later attempt may be on another host and say other
 * values, such as the folder that it is in, and what it says stands then.
 */
@ApplicationScoped
class ClientParams {
    private static final int MOST = 10_000;

    /** Characters of all of a run: whoever looks at it reads them at once. */
    static final long MOST_TEXT = 4L << 20;

    private static final String SAID = """
            update client_run c set said_attempt = ?,
                   said = case when c.said_attempt = ? then c.said else '{}' end
                          || (select jsonb_object_agg(n, true) from unnest(cast(? as text[])) n)
            where c.run_id = ?""";

    private final Statements statements;
    private final Configurations configurations;

    ClientParams(Statements statements, Configurations configurations) {
        this.statements = statements;
        this.configurations = configurations;
    }

    /**
     * Stores what is new, in the transaction that holds the run against its other clients.
     *
     * @param known texts by name, of all attempts
     * @param said names that this attempt has said; of the first it is all that is known, and this is empty
     * @throws Problem 400 for another value of what this attempt has said; 422 for too many
     */
    void store(ClientRuns.Kept run, JsonNode known, JsonNode said, Map<String, String> logged) {
        boolean first = run.attempt() == ClientRuns.FIRST_ATTEMPT;
        SortedMap<String, String> fresh = new TreeMap<>();
        int changed = 0;
        boolean told = false;
        for (Map.Entry<String, String> one : logged.entrySet()) {
            JsonNode before = known.get(one.getKey());
            boolean same = before != null && before.asText().equals(one.getValue());
            if (before != null && !same) {
                if (first || said.has(one.getKey())) {
                    throw changed(run.id(), one.getKey(), before.asText(), one.getValue());
                }
                changed++;
            }
            if (!same) {
                fresh.put(one.getKey(), one.getValue());
            }
            told |= !said.has(one.getKey());
        }
        if (!first && told) {
            statements.change(SAID, run.attempt(), run.attempt(), List.copyOf(logged.keySet()), run.id());
        }
        if (fresh.isEmpty()) {
            return;
        }
        fits(known, fresh, changed);
        statements.change(
                "update client_run set params = params || cast(? as jsonb) where run_id = ?",
                Json.canonical(fresh),
                run.id());
        SortedMap<String, String> all = new TreeMap<>();
        texts(known).forEach((name, value) -> all.put(name, Configuration.text(value)));
        fresh.forEach((name, value) -> all.put(name, Configuration.text(value)));
        if (!run.external()) {
            // What the spec says of a path stands.
            all.putAll(asQueued(run.id()).values());
        }
        configurations.replace(run.id(), new Configuration(all));
    }

    private Configuration asQueued(UUID run) {
        return statements
                .row(
                        "select spec, params from run where id = ?",
                        r -> Configuration.of(Json.tree(r.getString(1)), Json.tree(r.getString(2))),
                        run)
                .orElseThrow();
    }

    private static Problem changed(UUID run, String name, String before, String now) {
        return Problem.of(
                400,
                "INVALID_PARAMETER_VALUE",
                "Changing param values is not allowed. Param with key='" + name + "' was already logged with value='"
                        + before + "' for run ID='" + run + "'. Attempted logging new value '" + now + "'.");
    }

    private static void fits(JsonNode known, SortedMap<String, String> fresh, int changed) {
        int count = known.size() + fresh.size() - changed;
        if (count > MOST) {
            throw Problem.invalid(
                    "TOO_MANY_PARAMS", "params", count, "are more than the " + MOST + " that a run may have", null);
        }
        long text = (long) known.toString().length() + Json.canonical(fresh).length();
        if (text > MOST_TEXT) {
            throw Problem.invalid(
                    "TOO_MANY_PARAMS",
                    "params",
                    text,
                    "characters are more than the " + MOST_TEXT + " that all parameters of a run may have together",
                    "log long texts as artifacts");
        }
    }

    static SortedMap<String, String> texts(JsonNode params) {
        SortedMap<String, String> texts = new TreeMap<>();
        params.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        return texts;
    }
}
