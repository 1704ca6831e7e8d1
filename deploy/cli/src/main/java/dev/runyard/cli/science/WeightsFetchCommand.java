package dev.runyard.cli.science;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.vision.fetch.Catalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard weights fetch}. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        description = {
            "Download a pretrained backbone from its publisher; a download that broke off goes on where it ended.",
            "A hash that the publisher states is checked; where none is, the first download's is recorded and compared."
        })
public final class WeightsFetchCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "For example clip-vit-b32; --list shows all.")
    @Nullable
    String name;

    @Option(names = "--to", paramLabel = "DIR", description = "Folder for the files; default weights/NAME.")
    @Nullable
    Path to;

    @Option(names = "--list", description = "Show what can be fetched.")
    boolean list;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (list) {
            Fetching.list(Catalogue.weights(), json);
            return 0;
        }
        if (name == null) {
            throw Failure.badInput("no name was given", "give one of \"runyard weights fetch --list\"");
        }
        Fetching.fetch(Catalogue.weights(), "weights", name, to, json);
        return 0;
    }
}
