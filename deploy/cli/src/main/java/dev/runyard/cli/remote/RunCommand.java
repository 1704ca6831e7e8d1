package dev.runyard.cli.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.runyard.cli.code.PackedCode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sweep.SpecFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard run}. */
@Command(
        name = "run",
        description = {
            "Queue a program as a run; prints its id. Its files are those of this folder that git would track.",
            "For example: runyard run --param lr=0.1 -- python train.py --lr {params.lr}"
        },
        exitCodeList = {
            "0:it is queued",
            "1:the lab does not answer",
            "2:what was typed, or a file of the folder, is wrong"
        })
public final class RunCommand implements Callable<Integer> {
    @Parameters(paramLabel = "WORD", arity = "1..*", description = "The program and its arguments, behind --.")
    List<String> command = new ArrayList<>();

    @Option(names = "--code", paramLabel = "DIR", defaultValue = ".", description = "Its files. Default: this folder.")
    String code = ".";

    @Option(names = "--no-code", description = "It needs no files.")
    boolean noCode;

    @Option(names = "--param", paramLabel = "NAME=VALUE", description = "A value for {params.NAME}.")
    Map<String, String> params = new LinkedHashMap<>();

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "An environment variable.")
    Map<String, String> env = new LinkedHashMap<>();

    @Option(names = "--secret", paramLabel = "NAME", description = "A variable of the worker's environment.")
    List<String> secrets = new ArrayList<>();

    @Option(names = "--seed", description = "Value of {seed}. Default: 0.")
    long seed;

    @Option(names = "--experiment", paramLabel = "NAME", description = "What it is listed under.")
    @Nullable
    String experiment;

    @Option(names = "--name", description = "Shown in lists.")
    @Nullable
    String name;

    @Override
    public Integer call() {
        ObjectNode request = request();
        try (PackedCode packed = PackedCode.of(request)) {
            SpecFile.of(request); // what is wrong is said without a lab
            LabApi lab = LabApi.ofEnvironment();
            if (packed != null) {
                packed.files().forEach(lab::store);
            }
            System.out.println(lab.create("runs", request).path("id").asText());
            return 0;
        }
    }

    private ObjectNode request() {
        ObjectNode request = Json.mapper().createObjectNode();
        if (experiment != null) {
            request.put("experiment", experiment);
        }
        if (name != null) {
            request.put("name", name);
        }
        ObjectNode spec = request.putObject("spec").put("task", "command").put("seed", seed);
        ArrayNode words = spec.putArray("command");
        command.forEach(words::add);
        if (!params.isEmpty()) {
            ObjectNode values = spec.putObject("params");
            params.forEach((key, value) -> values.set(key, value(value)));
        }
        if (!env.isEmpty()) {
            spec.set("env", Json.mapper().valueToTree(env));
        }
        if (!secrets.isEmpty()) {
            spec.set("secrets", Json.mapper().valueToTree(secrets));
        }
        if (!noCode) {
            spec.put("code", code);
        }
        return request;
    }

    /** A number, a flag or a list as JSON writes it; anything else is a text. */
    private static JsonNode value(String text) {
        try {
            JsonNode value = Json.mapper().readTree(text);
            if (value != null && !value.isMissingNode() && !value.isNull()) {
                return value;
            }
        } catch (JsonProcessingException e) {
            // a text
        }
        if (text.indexOf('\0') >= 0) {
            throw Failure.badInput("--param: a value holds NUL", "take it out");
        }
        return TextNode.valueOf(text);
    }
}
