package dev.runyard.cli.science;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.dataset.DatasetPart;
import dev.runyard.vision.train.ImportedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard import-pgn}. */
@Command(
        name = "import-pgn",
        description = "Make a released PGN a finished run: a folder that evaluate, analyse and invert take.")
public final class ImportPgnCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE",
            description = "A network as the authors name its tensors, safetensors, or a folder of such files.")
    Path file;

    @Option(
            names = "--dataset",
            required = true,
            paramLabel = "ID=PATH",
            description = "The data set whose classes it answers.")
    String dataset;

    @Option(
            names = "--backbone",
            required = true,
            paramLabel = "W",
            description = "What it was trained on: a safetensors file, or a folder with one and its config.json.")
    String backbone;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder of the run; of several, each gets one in it by its file's name.")
    Path out;

    @Mixin
    DeviceOption device;

    @Override
    public Integer call() throws IOException {
        DatasetPart part = EvaluateCommand.part(dataset);
        List<Path> files = Networks.of(file);
        LabHome home = LabHome.ofEnvironment();
        device.open(home);
        for (Path network : files) {
            Path folder = Files.isDirectory(file) ? out.resolve(Networks.name(network)) : out;
            if (Files.exists(folder.resolve("spec.json")) && !Files.exists(folder.resolve("report.json"))) {
                throw Failure.badInput(folder + " holds a training that is not finished", "use another --out");
            }
            ImportedRun run = ImportedRun.write(
                    network, part, LocalEngine.backbone(backbone), folder, LocalEngine.dataCache(home));
            run.notes().forEach(note -> System.err.println("note: " + note));
            System.out.println(folder + ": " + network.getFileName() + " as a finished run"
                    + (run.step() > 0 ? ", trained for " + run.step() + " steps" : ""));
        }
        return 0;
    }
}
