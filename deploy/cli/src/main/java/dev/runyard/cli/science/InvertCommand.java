package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.remote.FinishedRun;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.invert.InversionReport;
import dev.runyard.vision.invert.Invert;
import dev.runyard.vision.invert.InvertRequest;
import dev.runyard.vision.invert.PixelsAdded;
import dev.runyard.vision.place.Places;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runyard invert}. */
@Command(
        name = "invert",
        description = "Turn a run's latent prompts into pixels below the image: a client bundle without the backbone.")
public final class InvertCommand implements Callable<Integer> {
    private static final int ALL = Integer.MAX_VALUE;

    @Option(
            names = "--run",
            required = true,
            paramLabel = "DIR_OR_ID",
            description =
                    "A finished run of method pgn or iip: its folder, or its id in the lab (a unique beginning is enough).")
    String run;

    @Option(names = "--out", required = true, paramLabel = "BUNDLE", description = "Folder to write.")
    Path out;

    @Option(
            names = "--policy",
            paramLabel = "P",
            defaultValue = "append",
            description = "Positions of the rows below, as the model will be served: append or interpolate.")
    PositionPolicy policy;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "Also report.json, report.txt, pictures and their data; compares all test images.")
    @Nullable
    Path report;

    @Option(
            names = "--images",
            paramLabel = "N",
            description = "Test images to compare; default 64, with --report all.")
    @Nullable
    Integer images;

    @Option(names = "--json", description = "Print the report as JSON.")
    boolean json;

    @Mixin
    DeviceOption device;

    @Override
    public Integer call() throws IOException {
        LabHome home = LabHome.ofEnvironment();
        int compare = images != null ? images : report != null ? ALL : 64;
        InvertRequest request = new InvertRequest(
                FinishedRun.weights(run),
                out,
                policy,
                compare,
                LocalEngine.inverses(home),
                LocalEngine.dataCache(home));
        device.open(home);
        Invert invert = new Invert(request, Places.of(System.getenv()));
        InversionReport made;
        try (Progress progress = new Progress(System.err)) {
            made = invert.run(done -> progress.show(done, "inverting"));
        }
        LocalEngine.tell(made.assumed());
        String tree = Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(made);
        if (report != null) {
            Files.createDirectories(report);
            Files.writeString(report.resolve("report.json"), tree + "\n");
            Files.writeString(report.resolve("report.txt"), String.join("\n", made.lines()) + "\n");
            invert.picture(report.resolve("patches.png"));
            PixelsAdded.of(made).write(report);
        }
        if (json) {
            System.out.println(tree);
        } else {
            made.lines().forEach(System.out::println);
            System.out.println(out);
        }
        return 0;
    }
}
