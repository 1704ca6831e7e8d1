package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.vision.embed.Embed;
import dev.runyard.vision.embed.EmbedRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
            description =
                    "A safetensors file, or a folder with one and its config.json; left out: small-vit, or with --pgn the"
                            + " network alone, which gives coefficients and prompts.")
    @Nullable
    String backbone;

    @Option(
            names = "--pgn",
            paramLabel = "P",
            description = "A trained PGN, safetensors; a folder of several makes --out a folder.")
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
        String weights = backbone == null && pgn != null
                ? null
                : LocalEngine.backbone(backbone == null ? BackboneSpec.SMALL : backbone);
        boolean several = pgn != null && Files.isDirectory(pgn);
        List<Path> networks = new ArrayList<>();
        if (pgn == null) {
            networks.add(null);
        } else {
            networks.addAll(Networks.of(pgn));
        }
        device.open(LabHome.ofEnvironment());
        for (Path network : networks) {
            Path to = out;
            if (several) {
                Files.createDirectories(out);
                to = out.resolve(Networks.name(Objects.requireNonNull(network)) + ".safetensors");
            }
            one(new EmbedRequest(weights, network, images, tensors, to));
        }
        return 0;
    }

    private static void one(EmbedRequest request) throws IOException {
        try (Progress progress = new Progress(System.err)) {
            Embed.Report report = new Embed(request).run(done -> progress.show(0, done + " images"));
            progress.close();
            LocalEngine.tell(report.assumed());
            System.out.println(report.images() + " images, "
                    + (report.dimension() == 0
                            ? "coefficients and prompts: "
                            : "embedding of " + report.dimension() + ", " + report.tokens() + " tokens: ")
                    + request.out());
        }
    }
}
