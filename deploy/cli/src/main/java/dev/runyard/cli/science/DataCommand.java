package dev.runyard.cli.science;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.data.report.ContactSheet;
import dev.runyard.vision.data.report.DatasetSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard data}. */
@Command(
        name = "data",
        description = "Look at data sets, prepare, fetch and push them.",
        subcommands = {
            DataCommand.Check.class,
            DataPrepareCommand.class,
            DataFetchCommand.class,
            PushCommands.Data.class,
            PushedList.Data.class,
            PushCommands.ForgetData.class
        })
public final class DataCommand implements Runnable {
    @picocli.CommandLine.Spec
    picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** {@code runyard data check}. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description =
                    "Decode every image of a folder or zip; exit code 1 when something is broken, missing or leaks.")
    public static final class Check implements Callable<Integer> {
        private static final int SHOWN = 10;

        @Parameters(paramLabel = "PATH", description = "A folder or a zip.")
        Path path;

        @Option(
                names = "--id",
                defaultValue = "folder",
                description = "Data set whose names to bind; default ${DEFAULT-VALUE}.")
        String id;

        @Option(
                names = "--split",
                defaultValue = "auto",
                description = "auto, coop, official or own; default ${DEFAULT-VALUE}.")
        String split;

        @Option(
                names = "--sample",
                paramLabel = "FILE.png",
                description = "Draw some images of every class with their labels below.")
        @Nullable
        Path sample;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        @Override
        public Integer call() throws IOException {
            if (!java.nio.file.Files.exists(path)) {
                throw Failure.badInput("there is no folder or zip " + path, "check the path");
            }
            DatasetSpec spec = Json.read(
                    Json.mapper()
                            .createObjectNode()
                            .put("id", id)
                            .put("root", GivenPath.absolute(path.toString()).toString())
                            .put("split", split),
                    DatasetSpec.class);
            DatasetSummary summary;
            try (Progress progress = new Progress(System.err)) {
                summary = DatasetSummary.of(spec, 0, (done, of) -> {
                    synchronized (progress) {
                        progress.show((double) done / of, done + " of " + of + " images");
                    }
                });
            }
            if (sample != null) {
                int drawn = ContactSheet.write(spec, 0, sample);
                System.err.println("sample  " + sample + ", " + drawn + " images");
            }
            if (json) {
                System.out.println(
                        Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(summary));
            } else {
                print(summary);
            }
            boolean good = summary.broken().isEmpty()
                    && summary.leaks().isEmpty()
                    && summary.missing().isEmpty();
            return good ? 0 : Failure.FAULT;
        }

        private static void print(DatasetSummary summary) {
            System.out.println("layout  " + summary.layout() + (summary.ownSplit() ? " (split made by Runyard)" : ""));
            System.out.println("hash    " + summary.hash());
            Table table = new Table("CLASS", "TRAIN", "VAL", "TEST");
            for (int i = 0; i < summary.classNames().size(); i++) {
                if (summary.train().get(i)
                                + summary.val().get(i)
                                + summary.test().get(i)
                        == 0) {
                    // Listed below where it should have images; of ImageNet-A's 1000 classes, 800 should not.
                    continue;
                }
                table.row(
                        summary.classNames().get(i),
                        summary.train().get(i),
                        summary.val().get(i),
                        summary.test().get(i));
            }
            table.row("total", sum(summary.train()), sum(summary.val()), sum(summary.test()));
            table.lines().forEach(System.out::println);
            list("broken", summary.broken());
            list("classes without an image", summary.missing());
            list("in test and elsewhere", summary.leaks());
            if (summary.turned() > 0) {
                System.out.println(String.format(
                        Locale.ROOT, "%d images carry an EXIF rotation, which is not applied", summary.turned()));
            }
            if (summary.scaled() > 0) {
                System.out.println(String.format(
                        Locale.ROOT,
                        "%d images hold 16-bit grey, which is scaled to 8 bit (the reference clips it)",
                        summary.scaled()));
            }
            if (summary.mended() > 0) {
                System.out.println(String.format(
                        Locale.ROOT,
                        "%d JPEGs have bytes too many or end early; they are decoded as Pillow does",
                        summary.mended()));
            }
            summary.notes().forEach(note -> System.out.println("note    " + Table.printable(note)));
        }

        private static int sum(List<Integer> counts) {
            return counts.stream().mapToInt(Integer::intValue).sum();
        }

        private static void list(String what, List<String> items) {
            if (!items.isEmpty()) {
                System.out.println(items.size() + " " + what + ":");
                items.stream().limit(SHOWN).forEach(item -> System.out.println("  " + Table.printable(item)));
                if (items.size() > SHOWN) {
                    System.out.println("  and " + (items.size() - SHOWN) + " more; --json lists all");
                }
            }
        }
    }
}
