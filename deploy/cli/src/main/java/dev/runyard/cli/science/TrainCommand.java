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

/** {@code runyard train}: one run in this process. Ctrl-C checkpoints; the same command again goes on from there. */
@Command(
        name = "train",
        description = {
            "Train a run spec here, with no lab. Run again to resume.",
            "Relative paths in it lead from the folder in which this is typed."
        })
public final class TrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A run spec, YAML or JSON; task: pretrain makes a backbone.")
    Path file;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Gets spec.json, metrics.jsonl, report.json, checkpoints and results.")
    Path out;

    @Mixin
    DeviceOption device;

    @Override
    public Integer call() throws IOException {
        ObjectNode tree = WrittenSpec.read(file).tree();
        if (tree.has("base")) {
            throw Failure.badInput(file + " is a sweep", "\"runyard submit\" queues it; train takes a run");
        }
        return new LocalTraining(tree, out, device).run();
    }
}
