package dev.runyard.cli.science;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.BackboneSpec;
import dev.runyard.spec.Json;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard weights}. */
@Command(
        name = "weights",
        description = "Look at files of weights, and fetch them.",
        subcommands = {WeightsCommand.Inspect.class, WeightsFetchCommand.class})
public final class WeightsCommand implements Runnable {
    @picocli.CommandLine.Spec
    picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** {@code runyard weights inspect}. */
    @Command(
            name = "inspect",
            mixinStandardHelpOptions = true,
            description = "List the tensors of a safetensors file, after checking every rule of the format.")
    public static final class Inspect implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "A safetensors file.")
        Path file;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        @Override
        public Integer call() throws IOException {
            // Refuses formats that run code when they are read.
            Json.read(Json.mapper().createObjectNode().put("weights", file.toString()), BackboneSpec.class);
            if (!Files.isRegularFile(file)) {
                throw Failure.badInput("there is no file " + file, "check the path");
            }
            try (Safetensors tensors = Safetensors.open(file)) {
                if (json) {
                    System.out.println(
                            Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree(tensors)));
                } else {
                    print(tensors);
                }
            }
            return 0;
        }

        private static Map<String, Object> tree(Safetensors tensors) {
            Map<String, Object> all = new LinkedHashMap<>();
            tensors.tensors()
                    .forEach((name, info) ->
                            all.put(name, Map.of("dtype", info.dtype().name(), "shape", info.shape())));
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("metadata", tensors.metadata());
            tree.put("tensors", all);
            return tree;
        }

        private static void print(Safetensors tensors) {
            Table table = new Table("TENSOR", "TYPE", "SHAPE");
            long elements = 0;
            for (TensorInfo info : tensors.tensors().values()) {
                elements += info.elements();
                table.row(
                        info.name(),
                        info.dtype().name(),
                        info.shape().stream().map(String::valueOf).collect(Collectors.joining("x")));
            }
            tensors.metadata().forEach((key, value) -> System.out.println(Table.printable(key + "  " + value)));
            table.lines().forEach(System.out::println);
            System.out.println(String.format(
                    Locale.ROOT, "%d tensors, %,d numbers", tensors.tensors().size(), elements));
        }
    }
}
