package dev.runyard.cli.science;

import dev.runyard.vision.fetch.Catalogue;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code runyard weights fetch}. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        description = {
            "Download a pretrained backbone from its publisher; a download that broke off goes on where it ended.",
            "A hash that the publisher states is checked; where none is, the first download's is recorded and compared."
        })
public final class WeightsFetchCommand extends FetchCommand {
    public WeightsFetchCommand() {
        super("weights");
    }

    @Override
    Catalogue catalogue() throws IOException {
        return Catalogue.weights();
    }
}
