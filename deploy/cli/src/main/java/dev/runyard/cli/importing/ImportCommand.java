package dev.runyard.cli.importing;

import dev.runyard.cli.project.ImportProjectCommand;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard import}. */
@Command(
        name = "import",
        description =
                "Take over runs of another tracker, or a project of another lab; may be interrupted and repeated.",
        synopsisSubcommandLabel = "TRACKER",
        subcommands = {
            ImportCommand.Mlflow.class,
            ImportCommand.Csv.class,
            ImportCommand.TensorBoard.class,
            ImportCommand.Wandb.class,
            ImportCommand.Neptune.class,
            ImportProjectCommand.class
        })
public final class ImportCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw Failure.badInput(
                "which tracker?", "say one: runyard import mlflow|csv|tensorboard|wandb|neptune|project");
    }

    /** What all of them share. */
    abstract static class Source implements Callable<Integer> {
        @Option(names = "--dry-run", description = "Say what would be taken over and what not; write nothing.")
        boolean dry;

        abstract Tracker tracker() throws IOException;

        @Override
        public Integer call() throws IOException {
            Set<String> left = new TreeSet<>();
            List<Tracker.Past> runs = Takeover.parentsFirst(tracker().runs(left::add));
            Takeover takeover = new Takeover(LabApi.ofEnvironment());
            Map<Takeover.Outcome, Integer> outcomes = new EnumMap<>(Takeover.Outcome.class);
            try (Progress progress = new Progress(System.err)) {
                int done = 0;
                for (Tracker.Past run : runs) {
                    outcomes.merge(dry ? takeover.look(run) : takeover.take(run, left::add), 1, Integer::sum);
                    progress.show(++done / (double) runs.size(), done + " of " + runs.size() + " runs");
                }
            }
            System.out.println((dry ? "Would take over " : "Took over ")
                    + outcomes.getOrDefault(Takeover.Outcome.NEW, 0) + " new runs, "
                    + (dry ? "complete " : "completed ") + outcomes.getOrDefault(Takeover.Outcome.COMPLETED, 0) + ", "
                    + outcomes.getOrDefault(Takeover.Outcome.KNOWN, 0) + " are there already.");
            left.forEach(line -> System.out.println("left: " + Table.printable(line)));
            return 0;
        }
    }

    /** From a server, or the file that one keeps. */
    @Command(name = "mlflow", description = "From an MLflow server, or from its database where that is a file.")
    static final class Mlflow extends Source {
        @Parameters(
                paramLabel = "FROM",
                description =
                        "Address of the server, for example http://mlflow:5000, or path of its database, for example mlflow.db.")
        String from;

        @Option(names = "--experiment", paramLabel = "NAME", description = "Only this one; may be given several times.")
        @Nullable
        List<String> experiments;

        @Option(names = "--no-files", description = "Leave files where they are.")
        boolean noFiles;

        @Option(
                names = "--artifacts",
                paramLabel = "DIR",
                description = "Of a database: where its server keeps files (mlartifacts beside it).")
        @Nullable
        Path artifacts;

        @Override
        Tracker tracker() {
            List<String> named = experiments == null ? List.of() : experiments;
            if (!from.matches("(?i)https?:.*")) {
                Path file = Path.of(from.replaceFirst("^sqlite:///", ""));
                Path beside = file.toAbsolutePath().resolveSibling("mlartifacts");
                return new MlflowFile(file, named, noFiles ? null : artifacts == null ? beside : artifacts);
            }
            // Its credentials by MLflow's own variable, in no history of a shell.
            String token = System.getenv("MLFLOW_TRACKING_TOKEN");
            return new MlflowTracker(LabApi.elsewhere(LabApi.address("FROM", from), token), named, !noFiles);
        }
    }

    /** From a table. */
    @Command(
            name = "csv",
            description = {
                "From a table with a header: a row a point (key, value, and run, step, time), a row a step (step, and a column a metric), or a"
                        + " row a run (name, params.…, metrics.…, tags.…)."
            })
    static final class Csv extends Source {
        @Parameters(paramLabel = "FILE", description = "UTF-8, with commas.")
        Path file;

        @Option(names = "--experiment", required = true, paramLabel = "NAME", description = "Where its runs go.")
        String experiment;

        @Override
        Tracker tracker() {
            return new CsvTracker(file, experiment);
        }
    }

    /** From event files. */
    @Command(
            name = "tensorboard",
            description = "Scalars from TensorBoard's event files; each folder that holds one is a run.")
    static final class TensorBoard extends Source {
        @Parameters(paramLabel = "DIR", description = "A log folder.")
        Path folder;

        @Option(names = "--experiment", required = true, paramLabel = "NAME", description = "Where its runs go.")
        String experiment;

        @Override
        Tracker tracker() {
            return new TensorBoardTracker(folder, experiment);
        }
    }

    /** What has projects of its own, as Runyard has experiments. */
    abstract static class OfProjects extends Source {
        @Option(
                names = "--experiment",
                paramLabel = "NAME",
                description = "Where its runs go. Default: one named after each run's project.")
        @Nullable
        String experiment;
    }

    /** From W&B's folders. */
    @Command(
            name = "wandb",
            description =
                    "From what W&B keeps on the disk of each run, offline or not: the folder wandb, or any below it.")
    static final class Wandb extends OfProjects {
        @Parameters(paramLabel = "DIR", description = "A folder with offline-run-… or run-… in it.")
        Path folder;

        @Override
        Tracker tracker() {
            return new WandbTracker(folder, experiment);
        }
    }

    /** From what Neptune's exporter left. */
    @Command(
            name = "neptune",
            description = "From the Parquet and the files that neptune-exporter left on the disk, of Neptune 2 and 3.")
    static final class Neptune extends OfProjects {
        @Parameters(paramLabel = "DIR", description = "What it was given as --data-path: exports/data.")
        Path folder;

        @Option(
                names = "--files",
                paramLabel = "DIR",
                description = "What it was given as --files-path. Default: exports/files, beside exports/data.")
        @Nullable
        Path files;

        @Option(
                names = "--step-multiplier",
                paramLabel = "N",
                defaultValue = "1",
                description = "What steps are multiplied by, where they have decimals: 1000 for thousandths.")
        long multiplier;

        @Override
        Tracker tracker() {
            if (multiplier < 1 || multiplier > 1_000_000) {
                throw Failure.badInput(
                        "--step-multiplier: " + multiplier + " has to lie in [1, 1000000]",
                        "Neptune's steps have at most six decimals");
            }
            return new NeptuneTracker(folder, files, experiment, multiplier);
        }
    }
}
