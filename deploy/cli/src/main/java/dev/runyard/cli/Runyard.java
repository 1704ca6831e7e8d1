package dev.runyard.cli;

import dev.runyard.cli.demo.DemoCommand;
import dev.runyard.cli.importing.ImportCommand;
import dev.runyard.cli.lab.BackupCommands;
import dev.runyard.cli.lab.DoctorCommand;
import dev.runyard.cli.lab.DownCommand;
import dev.runyard.cli.lab.NativesCommand;
import dev.runyard.cli.lab.TokenCommand;
import dev.runyard.cli.lab.UpCommand;
import dev.runyard.cli.lab.WorkerCommand;
import dev.runyard.cli.project.ExportCommand;
import dev.runyard.cli.project.RemoveCommand;
import dev.runyard.cli.project.RetentionCommand;
import dev.runyard.cli.remote.ActCommands;
import dev.runyard.cli.remote.AdminCommands;
import dev.runyard.cli.remote.DeviceCommands;
import dev.runyard.cli.remote.DownloadCommand;
import dev.runyard.cli.remote.EnrolCommands;
import dev.runyard.cli.remote.GcCommand;
import dev.runyard.cli.remote.LoginCommand;
import dev.runyard.cli.remote.LogsCommand;
import dev.runyard.cli.remote.LsCommand;
import dev.runyard.cli.remote.MetricsCommand;
import dev.runyard.cli.remote.RunCommand;
import dev.runyard.cli.remote.SharesCommand;
import dev.runyard.cli.remote.ShowCommand;
import dev.runyard.cli.remote.StudyCommand;
import dev.runyard.cli.remote.SubmitCommand;
import dev.runyard.cli.remote.SweepCommand;
import dev.runyard.cli.remote.TokenCommands;
import dev.runyard.cli.remote.WatchCommand;
import dev.runyard.cli.report.PaperCommand;
import dev.runyard.cli.report.ReportCommand;
import dev.runyard.cli.report.VerifyCommand;
import dev.runyard.cli.science.AnalyseCommand;
import dev.runyard.cli.science.ClientCommand;
import dev.runyard.cli.science.DataCommand;
import dev.runyard.cli.science.EmbedCommand;
import dev.runyard.cli.science.EvaluateCommand;
import dev.runyard.cli.science.ImportPgnCommand;
import dev.runyard.cli.science.InvertCommand;
import dev.runyard.cli.science.PretrainCommand;
import dev.runyard.cli.science.ServeModelCommand;
import dev.runyard.cli.science.TrainCommand;
import dev.runyard.cli.science.WeightsCommand;
import dev.runyard.cli.support.SupportBundleCommand;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.PathArgument;
import dev.runyard.cli.terminal.Refused;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.PlatformEncoding;
import dev.runyard.vision.fetch.Authorities;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The {@code runyard} command. */
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
            TokenCommand.class,
            LoginCommand.Login.class,
            LoginCommand.Logout.class,
            AdminCommands.class,
            DoctorCommand.class,
            NativesCommand.class,
            SupportBundleCommand.class,
            BackupCommands.Backup.class,
            BackupCommands.Restore.class,
            SubmitCommand.class,
            RunCommand.class,
            LsCommand.class,
            ShowCommand.class,
            MetricsCommand.class,
            LogsCommand.class,
            DownloadCommand.class,
            WatchCommand.class,
            ActCommands.Pause.class,
            ActCommands.Resume.class,
            ActCommands.Cancel.class,
            ActCommands.Retry.class,
            SweepCommand.class,
            StudyCommand.Ask.class,
            StudyCommand.Tell.class,
            DeviceCommands.Drain.class,
            DeviceCommands.LetBack.class,
            ReportCommand.class,
            VerifyCommand.class,
            PaperCommand.class,
            DeviceCommands.Hold.class,
            DeviceCommands.Label.class,
            SharesCommand.class,
            EnrolCommands.Enrol.class,
            EnrolCommands.Revoke.class,
            TrainCommand.class,
            EvaluateCommand.class,
            PretrainCommand.class,
            EmbedCommand.class,
            ImportPgnCommand.class,
            ImportCommand.class,
            ExportCommand.class,
            GcCommand.class,
            RemoveCommand.class,
            RetentionCommand.class,
            InvertCommand.class,
            ServeModelCommand.class,
            ClientCommand.class,
            AnalyseCommand.class,
            DataCommand.class,
            WeightsCommand.class
        })
public final class Runyard implements Runnable {
    /** Of a line on a terminal: what others wrote is cut. */
    private static final int LONGEST = 4_000;

    private static final List<String> EXIT_CODES = List.of(
            "0:done",
            "1:the lab, the machine or what was looked at is at fault",
            "2:what was typed, or a file or setting that it names, is wrong");

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--debug",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Print the stack trace of a failure; so does RUNYARD_DEBUG=1.")
    boolean debug;

    public static void main(String... args) {
        PlatformEncoding.refusal().ifPresent(line -> {
            System.err.println("runyard: " + line);
            System.exit(Failure.FAULT);
        });
        try {
            Authorities.trust(System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("runyard: " + Table.printable(String.valueOf(e.getMessage())));
            System.exit(Failure.BAD_INPUT);
        }
        System.exit(execute(args));
    }

    static int execute(String... args) {
        Runyard root = new Runyard();
        CommandLine line = line(root);
        try {
            return line.execute(args);
        } catch (StackOverflowError | OutOfMemoryError | LinkageError e) {
            return root.failed(e, line);
        }
    }

    static CommandLine line(Runyard root) {
        CommandLine line = new CommandLine(root)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Path.class, new PathArgument())
                .setParameterExceptionHandler(Runyard::mistyped)
                .setExecutionExceptionHandler((e, command, parsed) -> root.failed(e, command));
        Objects.requireNonNull(line.getSubcommands().get("token"))
                .addSubcommand(new TokenCommands.Create())
                .addSubcommand(new TokenCommands.ListAll())
                .addSubcommand(new TokenCommands.Revoke());
        line.getSubcommands().values().forEach(command -> command.getCommandSpec()
                .mixinStandardHelpOptions(true));
        tellExitCodes(line);
        return line;
    }

    /** Of every command, in its help: its own where it has more to say, else the common ones. */
    private static void tellExitCodes(CommandLine line) {
        CommandLine.Model.UsageMessageSpec usage = line.getCommandSpec().usageMessage();
        usage.exitCodeListHeading("Exit codes:%n");
        if (usage.exitCodeList().isEmpty()) {
            Map<String, String> codes = new LinkedHashMap<>();
            EXIT_CODES.forEach(code -> codes.put(code.substring(0, 1), code.substring(2)));
            usage.exitCodeList(codes);
        }
        line.getSubcommands().values().forEach(Runyard::tellExitCodes);
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

    private int failed(Throwable e, CommandLine command) {
        if (debug || "1".equals(System.getenv("RUNYARD_DEBUG"))) {
            e.printStackTrace(command.getErr());
        }
        Refused refused = Refused.of(e);
        say(command, refused.line());
        return refused.exit();
    }

    private static void say(CommandLine command, String line) {
        String one = line.lines().reduce((a, b) -> a + " " + b.strip()).orElse("");
        String cut = one.length() > LONGEST ? one.substring(0, LONGEST) + "…" : one;
        command.getErr().println("runyard: " + Table.printable(cut));
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
