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

/** {@code runyard data fetch}. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        description = {
            "Download a data set from its publisher; a download that broke off goes on where it ended.",
            "A hash that the publisher states is checked; where none is, the first download's is recorded and compared."
        })
public final class DataFetchCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "For example cifar10; --list shows all.")
    @Nullable
    String name;

    @Option(names = "--to", paramLabel = "DIR", description = "Folder for the files; default data/NAME.")
    @Nullable
    Path to;

    @Option(names = "--list", description = "Show what can be fetched.")
    boolean list;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (list) {
            Fetching.list(Catalogue.data(), json);
            return 0;
        }
        if (name == null) {
            throw Failure.badInput("no name was given", "give one of \"runyard data fetch --list\"");
        }
        Fetching.fetch(Catalogue.data(), "data", name, to, json);
        return 0;
    }
}
