package dev.runyard.cli;

import dev.runyard.cli.demo.DemoCommand;
import dev.runyard.cli.lab.DoctorCommand;
import dev.runyard.cli.lab.DownCommand;
import dev.runyard.cli.lab.UpCommand;
import dev.runyard.cli.lab.WorkerCommand;
import dev.runyard.cli.remote.ActCommands;
import dev.runyard.cli.remote.LogsCommand;
import dev.runyard.cli.remote.LsCommand;
import dev.runyard.cli.remote.MetricsCommand;
import dev.runyard.cli.remote.ShowCommand;
import dev.runyard.cli.remote.SubmitCommand;
import dev.runyard.cli.remote.WatchCommand;
import dev.runyard.cli.science.AnalyseCommand;
import dev.runyard.cli.science.ClientCommand;
import dev.runyard.cli.science.DataCommand;
import dev.runyard.cli.science.EmbedCommand;
import dev.runyard.cli.science.EvaluateCommand;
import dev.runyard.cli.science.InvertCommand;
import dev.runyard.cli.science.PretrainCommand;
import dev.runyard.cli.science.ServeModelCommand;
import dev.runyard.cli.science.TrainCommand;
import dev.runyard.cli.science.WeightsCommand;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.MalformedJson;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.PlatformEncoding;
import dev.runyard.vision.backbone.WeightsException;
import dev.runyard.vision.data.DataException;
import dev.runyard.vision.fetch.FetchException;
import dev.runyard.vision.file.Telling;
import dev.runyard.vision.tensor.SafetensorsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The {@code runyard} command. Exit codes: 0 done, 2 what was typed or read is wrong, 1 anything else. */
@Command(
        name = "runyard",
        description = "Runs a vision lab's experiments.",
        mixinStandardHelpOptions = true,
        versionProvider = Runyard.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            WorkerCommand.class,
            DoctorCommand.class,
            SubmitCommand.class,
            LsCommand.class,
            ShowCommand.class,
            MetricsCommand.class,
            LogsCommand.class,
            WatchCommand.class,
            ActCommands.Pause.class,
            ActCommands.Resume.class,
            ActCommands.Cancel.class,
            ActCommands.Retry.class,
            TrainCommand.class,
            EvaluateCommand.class,
            PretrainCommand.class,
            EmbedCommand.class,
            InvertCommand.class,
            ServeModelCommand.class,
            ClientCommand.class,
            AnalyseCommand.class,
            DataCommand.class,
            WeightsCommand.class
        })
public final class Runyard implements Runnable {
    private static final boolean DEBUG = "1".equals(System.getenv("RUNYARD_DEBUG"));

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    public static void main(String... args) {
        PlatformEncoding.refusal().ifPresent(line -> {
            System.err.println("runyard: " + line);
            System.exit(Failure.FAULT);
        });
        System.exit(execute(args));
    }

    static int execute(String... args) {
        CommandLine line = new CommandLine(new Runyard())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Runyard::mistyped)
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
        line.getSubcommands().values().forEach(command -> command.getCommandSpec()
                .mixinStandardHelpOptions(true));
        return line.execute(args);
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    private static int mistyped(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        say(command, Objects.toString(e.getMessage(), "wrong usage") + remedy(e));
        return Failure.BAD_INPUT;
    }

    private static String remedy(ParameterException e) {
        CommandLine command = e.getCommandLine();
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            List<String> known = new ArrayList<>(command.getSubcommands().keySet());
            command.getCommandSpec().options().forEach(option -> known.add(option.longestName()));
            Optional<String> nearest = Nearest.to(unmatched.getUnmatched().get(0), known);
            if (nearest.isPresent()) {
                return "; did you mean \"" + nearest.get() + "\"?";
            }
        }
        return "; see \"" + command.getCommandSpec().qualifiedName() + " --help\"";
    }

    private static int failed(Exception e, CommandLine command) {
        if (DEBUG) {
            e.printStackTrace();
        }
        if (e instanceof Failure failure) {
            say(command, Objects.toString(failure.getMessage(), ""));
            return failure.exit();
        }
        if (e instanceof InvalidSpec || e instanceof MalformedJson) {
            say(command, Objects.toString(e.getMessage(), ""));
            return Failure.BAD_INPUT;
        }
        if (e instanceof DataException || e instanceof SafetensorsException || e instanceof WeightsException) {
            say(command, Objects.toString(e.getMessage(), ""));
            return Failure.BAD_INPUT;
        }
        if (e instanceof FetchException fetch) {
            say(command, Objects.toString(fetch.getMessage(), ""));
            return fetch.code().equals("UNKNOWN_NAME") ? Failure.BAD_INPUT : Failure.FAULT;
        }
        if (e instanceof NoSuchFileException) {
            say(command, "there is no file " + e.getMessage() + "; check the path");
            return Failure.BAD_INPUT;
        }
        say(command, Telling.line(e) + "; set RUNYARD_DEBUG=1 for the whole story");
        return Failure.FAULT;
    }

    private static void say(CommandLine command, String line) {
        String one = line.lines().reduce((a, b) -> a + " " + b.strip()).orElse("");
        command.getErr().println("runyard: " + Table.printable(one));
    }

    /** From the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "runyard "
                        + Objects.requireNonNullElse(Runyard.class.getPackage().getImplementationVersion(), "dev")
            };
        }
    }
}
