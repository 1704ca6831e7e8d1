package dev.runyard.cli.science;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.remote.WrittenSpec;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard pretrain}: makes a small backbone in this process. Ctrl-C checkpoints; the same command again goes on. */
@Command(
        name = "pretrain",
        description = {
            "Make a small backbone from images: supervised, CLIP or DINO. Run again to resume.",
            "Relative paths in the file lead from the folder in which this is typed."
        })
public final class PretrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A run spec with a pretrain part, YAML or JSON.")
    Path file;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Gets spec.json, metrics.jsonl, report.json, checkpoints and the folder backbone.")
    Path out;

    @Mixin
    DeviceOption device;

    @Override
    public Integer call() throws IOException {
        ObjectNode tree = WrittenSpec.read(file).tree();
        if (tree.has("base")) {
            throw Failure.badInput(file + " is a sweep", "\"runyard submit\" queues it; pretrain takes a run");
        }
        if (!tree.has("task")) {
            tree.put("task", "pretrain");
        }
        if (!tree.path("task").asText().equals("pretrain")) {
            throw Failure.badInput(
                    file + " has task " + tree.path("task").asText(),
                    "pretrain takes task: pretrain; \"runyard train\" takes any run");
        }
        return new LocalTraining(tree, out, device).run();
    }
}
