package dev.runyard.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code deploy/compose/compose.yaml}, as far as Compose itself is not needed to read it. */
record ComposeFile(Path folder, JsonNode tree) {
    static ComposeFile read() throws IOException {
        Path folder = LabProcess.repositoryRoot().resolve("deploy/compose");
        return new ComposeFile(folder, Json.yaml(Files.readString(folder.resolve("compose.yaml"))));
    }

    /** By name. */
    Map<String, JsonNode> services() {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        tree.path("services").properties().forEach(one -> all.put(one.getKey(), service(one.getKey())));
        return all;
    }

    /** With what it takes over from the one that it extends. */
    private JsonNode service(String name) {
        JsonNode own = tree.path("services").path(name);
        String before = own.path("extends").path("service").asText("");
        if (before.isEmpty()) {
            return own;
        }
        var merged =
                (com.fasterxml.jackson.databind.node.ObjectNode) service(before).deepCopy();
        own.properties().forEach(one -> merged.set(one.getKey(), one.getValue()));
        merged.remove("extends");
        return merged;
    }

    /** Variables of a service, as they are written. */
    Map<String, String> environment(String service) {
        Map<String, String> all = new LinkedHashMap<>();
        service(service)
                .path("environment")
                .properties()
                .forEach(one -> all.put(one.getKey(), one.getValue().asText()));
        return all;
    }
}
