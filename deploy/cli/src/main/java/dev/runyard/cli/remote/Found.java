package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an id names; any beginning of one does that nothing else begins with.
 *
 * @param kind {@code runs} or {@code sweeps}, as in the API's paths
 */
record Found(String kind, String id, JsonNode view) {
    private static final Pattern WHOLE = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int SHOWN = 5;

    /** A run or a sweep. */
    static Found byId(LabApi lab, String id) {
        return one(lab, id, List.of("runs", "sweeps"));
    }

    /** A run, for commands that take nothing else. */
    static Found run(LabApi lab, String id) {
        return one(lab, id, List.of("runs"));
    }

    /** Whether it could be an id or a beginning of one. */
    static boolean isId(String text) {
        String given = text.strip().toLowerCase(Locale.ROOT);
        String sample = "00000000-0000-0000-0000-000000000000";
        return !given.isEmpty()
                && given.length() <= sample.length()
                && given.replaceAll("[0-9a-f]", "0").equals(sample.substring(0, given.length()));
    }

    boolean isRun() {
        return kind.equals("runs");
    }

    private static Found one(LabApi lab, String given, List<String> kinds) {
        String id = given.strip().toLowerCase(Locale.ROOT);
        if (!isId(id)) {
            throw Failure.badInput(
                    "\"" + given + "\" is no id and no beginning of one", "\"runyard ls\" lists the ids of runs");
        }
        List<Found> found = new ArrayList<>();
        if (WHOLE.matcher(id).matches()) {
            for (String kind : kinds) {
                tryGet(lab, kind, id).ifPresent(found::add);
            }
        } else {
            for (JsonNode item : lab.get("ids/" + id).path("items")) {
                String kind = item.path("kind").asText() + "s";
                if (kinds.contains(kind)) {
                    found.add(new Found(kind, LabAnswer.required(lab.url(), item, "id"), item));
                }
            }
        }
        if (found.isEmpty()) {
            throw Failure.badInput(
                    "there is no " + (kinds.size() == 1 ? "run " : "run and no sweep ") + given,
                    kinds.size() == 1
                            ? "\"runyard ls\" lists them"
                            : "\"runyard ls\" and \"runyard ls sweeps\" list them");
        }
        if (found.size() > 1) {
            throw Failure.badInput("\"" + given + "\" begins several ids: " + candidates(found), "give more of it");
        }
        Found only = found.get(0);
        return WHOLE.matcher(id).matches()
                ? only
                : tryGet(lab, only.kind, only.id)
                        .orElseThrow(() -> Failure.badInput("there is no run and no sweep " + only.id, null));
    }

    private static String candidates(List<Found> found) {
        List<String> shown = found.stream().limit(SHOWN).map(Found::candidate).toList();
        return String.join(", ", shown) + (found.size() > SHOWN ? " and more" : "");
    }

    private static String candidate(Found one) {
        return (one.isRun() ? "run " : "sweep ") + one.id + " ("
                + Table.printable(one.view.path("name").asText("")) + ", "
                + one.view.path("state").asText("?") + ")";
    }

    private static Optional<Found> tryGet(LabApi lab, String kind, String id) {
        return lab.find(kind + "/" + id).map(view -> new Found(kind, id, view));
    }
}
