package dev.runyard.cli.science;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.backbone.StoredBackbone;
import dev.runyard.vision.convert.Contents;
import dev.runyard.vision.convert.TorchFile;
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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard weights}. */
@Command(
        name = "weights",
        description = "Look at files of weights, convert, fetch and push them.",
        subcommands = {
            WeightsCommand.Inspect.class,
            WeightsCommand.Convert.class,
            WeightsFetchCommand.class,
            PushCommands.Weights.class,
            PushedList.Weights.class,
            PushCommands.ForgetWeights.class
        })
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
            description =
                    "Say what a safetensors file is and list its tensors, after checking every rule of the format.")
    public static final class Inspect implements Callable<Integer> {
        @Parameters(
                paramLabel = "WEIGHTS",
                description = "A safetensors file, a folder that stands for one, or the name of a shipped backbone.")
        String weights;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        @Override
        public Integer call() throws IOException {
            try (StoredBackbone stored = StoredBackbone.open(weights);
                    Safetensors tensors = Safetensors.open(stored.weights())) {
                Contents contents = Contents.of(stored.weights(), tensors);
                if (json) {
                    System.out.println(
                            Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree(contents, tensors)));
                } else {
                    print(contents, tensors);
                }
            }
            return 0;
        }

        private static Map<String, Object> tree(Contents contents, Safetensors tensors) {
            Map<String, Object> all = new LinkedHashMap<>();
            tensors.tensors()
                    .forEach((name, info) ->
                            all.put(name, Map.of("dtype", info.dtype().name(), "shape", info.shape())));
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("sha256", contents.sha256());
            tree.put("bytes", contents.bytes());
            tree.put("parameters", contents.parameters());
            tree.put("types", contents.types());
            tree.put("models", contents.models());
            tree.put("metadata", tensors.metadata());
            tree.put("tensors", all);
            return tree;
        }

        private static void print(Contents contents, Safetensors tensors) {
            for (Contents.Held model : contents.models()) {
                String sizes = model.sizes().entrySet().stream()
                        .map(size -> size.getKey() + " " + size.getValue())
                        .collect(Collectors.joining(", "));
                String named = model.fault().isEmpty() ? model.kind() + " (" + model.naming() + ")" : model.kind();
                System.out.println(Table.printable("holds   " + named + (sizes.isEmpty() ? "" : ": " + sizes)
                        + (model.fault().isEmpty() ? "" : ", not usable: " + model.fault())));
            }
            if (contents.models().isEmpty()) {
                System.out.println("holds   no model that Runyard knows");
            }
            System.out.println("sha256  " + contents.sha256());
            tensors.metadata().forEach((key, value) -> System.out.println(Table.printable(key + "  " + value)));
            Table table = new Table("TENSOR", "TYPE", "SHAPE");
            for (TensorInfo info : tensors.tensors().values()) {
                table.row(
                        info.name(),
                        info.dtype().name(),
                        info.shape().stream().map(String::valueOf).collect(Collectors.joining("x")));
            }
            table.lines().forEach(System.out::println);
            String types = contents.types().entrySet().stream()
                    .map(type -> type.getValue() + " " + type.getKey())
                    .collect(Collectors.joining(", "));
            System.out.println(String.format(
                    Locale.ROOT,
                    "%d tensors (%s), %,d numbers, %,d bytes",
                    tensors.tensors().size(),
                    types,
                    contents.parameters(),
                    contents.bytes()));
        }
    }

    /** {@code runyard weights convert}. */
    @Command(
            name = "convert",
            mixinStandardHelpOptions = true,
            description =
                    "Write the tensors of a PyTorch file (.pt, .pth, .ckpt, TorchScript) as safetensors. Nothing in it is"
                            + " run: a model of more than tensors, containers, numbers and strings is refused, and"
                            + " what else stands beside it is left out.")
    public static final class Convert implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "An archive of torch.save or torch.jit.save.")
        Path file;

        @Option(
                names = "--out",
                paramLabel = "F",
                description = "Safetensors to write; default: beside FILE, with its name.")
        @Nullable
        Path out;

        @Option(names = "--force", description = "Overwrite a file that is there.")
        boolean force;

        @Option(
                names = "--key",
                paramLabel = "NAME",
                description = "Entry of a checkpoint that holds the model; default state_dict, or the only one.")
        @Nullable
        String key;

        @Option(
                names = "--prefix",
                paramLabel = "P",
                defaultValue = "",
                description = "Take the tensors whose names begin with it, without it; for example backbone.")
        String prefix;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        @Override
        public Integer call() throws IOException {
            if (!Files.isRegularFile(file)) {
                throw Failure.badInput("there is no file " + file, "check the path");
            }
            Path target = out == null ? beside(file) : out;
            Path folder = target.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw Failure.badInput("there is no folder for " + target, "make it, or give another --out");
            }
            if (Files.exists(target) && !force) {
                throw Failure.badInput(target + " exists", "give another --out, or --force to overwrite it");
            }
            try (TorchFile tensors = TorchFile.open(file, key, prefix)) {
                tensors.write(target);
                if (json) {
                    Map<String, Object> tree = new LinkedHashMap<>();
                    tree.put("file", target.toString());
                    tree.put("tensors", tensors.count());
                    tree.put("parameters", tensors.elements());
                    System.out.println(
                            Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree));
                } else {
                    System.out.println(String.format(
                            Locale.ROOT, "%d tensors, %,d numbers: %s", tensors.count(), tensors.elements(), target));
                }
            }
            return 0;
        }

        private static Path beside(Path file) {
            String name = String.valueOf(file.getFileName());
            int dot = name.lastIndexOf('.');
            return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".safetensors");
        }
    }
}
