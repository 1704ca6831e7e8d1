package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runyard shares}. */
@Command(
        name = "shares",
        description = {
            "What projects and users may have of the lab's devices, and what they have had; with a file, what they may have.",
            "A file: projects: {vision: {weight: 2, slots: 8, deviceHours: 500, users: {ann: {weight: 2}}}}"
        })
public final class SharesCommand implements Callable<Integer> {
    private static final List<String> SETTINGS = List.of("weight", "slots", "deviceHours");

    @Option(
            names = "--apply",
            paramLabel = "FILE",
            description = "Set what the YAML file says; what it does not name stays.")
    @Nullable
    Path file;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Override
    public Integer call() {
        LabApi lab = LabApi.ofEnvironment();
        if (file != null) {
            apply(lab, read(file));
        }
        JsonNode shares = lab.get("shares");
        if (json) {
            System.out.println(shares.toPrettyString());
            return 0;
        }
        Table table = new Table("PROJECT", "USER", "WEIGHT", "SLOTS", "HOURS", "USED HOURS", "GOING");
        for (JsonNode share : shares) {
            table.row(
                    share.path("project").asText(),
                    Shown.text(share.path("account")),
                    Shown.number(share.path("weight")),
                    Shown.text(share.path("slots")),
                    Shown.text(share.path("deviceHours")),
                    Shown.number(share.path("usedHours")),
                    share.path("going").asText());
        }
        table.lines().forEach(System.out::println);
        return 0;
    }

    private static ObjectNode read(Path file) {
        try {
            return Json.yaml(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw Failure.badInput("cannot read " + file + " (" + e.getMessage() + ")", "name a YAML file");
        }
    }

    private static void apply(LabApi lab, ObjectNode document) {
        only("", document, List.of("projects"));
        for (Map.Entry<String, JsonNode> project : document.path("projects").properties()) {
            String where = "projects." + project.getKey();
            only(where, project.getValue(), List.of("weight", "slots", "deviceHours", "users"));
            set(lab, project.getKey(), null, project.getValue());
            for (Map.Entry<String, JsonNode> user :
                    project.getValue().path("users").properties()) {
                only(where + ".users." + user.getKey(), user.getValue(), SETTINGS);
                set(lab, project.getKey(), user.getKey(), user.getValue());
            }
        }
    }

    private static void only(String where, JsonNode given, List<String> known) {
        given.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw Failure.badInput(
                        (where.isEmpty() ? "" : where + ".") + name + " is not known",
                        "known are " + String.join(", ", known));
            }
        });
    }

    private static void set(LabApi lab, String project, @Nullable String account, JsonNode given) {
        ObjectNode body = Json.mapper().createObjectNode().put("project", project);
        if (account != null) {
            body.put("account", account);
        }
        SETTINGS.stream().filter(given::hasNonNull).forEach(name -> body.set(name, given.get(name)));
        if (account == null && body.size() == 1) {
            return; // only its users are named
        }
        JsonNode set = lab.put("shares", body);
        if (set.hasNonNull("note")) {
            System.err.println("note: " + project + (account == null ? "" : ", " + account) + ": "
                    + set.path("note").asText());
        }
    }
}
