package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.vision.embed.Embed;
import dev.runyard.vision.embed.EmbedRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runyard embed}. */
@Command(name = "embed", description = "What a frozen backbone makes of images, with or without a PGN's prompts.")
public final class EmbedCommand implements Callable<Integer> {
    @Option(
            names = "--backbone",
            paramLabel = "W",
            defaultValue = BackboneSpec.SMALL,
            description = "A safetensors file, or a folder with one and its config.json; default ${DEFAULT-VALUE}.")
    String backbone;

    @Option(names = "--pgn", paramLabel = "P", description = "A trained PGN, safetensors.")
    @Nullable
    Path pgn;

    @Option(names = "--images", paramLabel = "DIR", description = "Images to read.")
    @Nullable
    Path images;

    @Option(
            names = "--tensors",
            paramLabel = "F",
            description = "Safetensors with pixels [n,3,H,W], normalised, and optionally prompts [n,K,D].")
    @Nullable
    Path tensors;

    @Option(names = "--out", required = true, paramLabel = "F", description = "Safetensors to write.")
    Path out;

    @Mixin
    DeviceOption device;

    @Override
    public Integer call() throws IOException {
        EmbedRequest request = new EmbedRequest(LocalEngine.backbone(backbone), pgn, images, tensors, out);
        device.open(LabHome.ofEnvironment());
        try (Progress progress = new Progress(System.err)) {
            Embed.Report report = new Embed(request).run(done -> progress.show(0, done + " images"));
            progress.close();
            LocalEngine.tell(report.assumed());
            System.out.println(report.images() + " images, embedding of " + report.dimension() + ", " + report.tokens()
                    + " tokens: " + out);
        }
        return 0;
    }
}
