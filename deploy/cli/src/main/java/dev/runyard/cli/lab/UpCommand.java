package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runyard up}. */
@Command(name = "up", description = "Start the lab on this machine: service, database and a worker for each device.")
public final class UpCommand implements Callable<Integer> {
    @Option(names = "--detach", description = "Leave it running in the background.")
    boolean detach;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "${env:RUNYARD_WORKERS:-1024}",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Start workers for at most N of this machine's devices; 0 for none."
                    + " Default: RUNYARD_WORKERS, else all.")
    int workers;

    /** For what is printed into a file that stays: the log of --detach. */
    @Option(names = "--no-token", hidden = true, description = "Print the address without the token.")
    boolean withoutToken;

    @Override
    public Integer call() {
        if (workers < 0) {
            throw Failure.badInput("--workers is " + workers, "give 0 or more");
        }
        LabHome home = LabHome.ofEnvironment();
        PrintStream out = System.out;
        Optional<LabHome.Running> running = Lab.runningOn(home);
        if (running.isPresent()) {
            String url = running.get().url();
            Health.trouble(url).ifPresent(trouble -> {
                throw Failure.fault(
                        "a lab runs on " + home.folder() + " already, but it " + trouble,
                        "wait for it, or stop it with \"runyard down\"; " + home.log("service") + " has more");
            });
            out.println("The lab on " + home.folder() + " is already running at " + address(home, url));
            return 0;
        }
        if (detach) {
            out.println("Lab ready at " + address(home, detached(home, workers)) + "  (stop it with \"runyard down\")");
            return 0;
        }
        out.println("Starting the lab on " + home.folder());
        Lab lab = Lab.on(home, workers, System.err);
        // Runs on Ctrl-C and SIGTERM alike.
        Runtime.getRuntime().addShutdownHook(new Thread(lab::close, "stop"));
        out.println("Lab ready at " + address(home, lab.start()) + "  (Ctrl-C stops it)");
        out.flush();
        lab.lookAfter();
        return 0;
    }

    /** A service manager's journal is read by others than the lab's owner. */
    private String address(LabHome home, String url) {
        return withoutToken || intoTheJournal() ? url : home.signIn(url + "/");
    }

    /** systemd names the journal's socket; a terminal opened by one of its services inherits the variable, but not the socket. */
    private static boolean intoTheJournal() {
        String journal = System.getenv("JOURNAL_STREAM");
        Path out = Path.of("/proc/self/fd/1");
        try {
            return journal != null
                    && journal.equals(Files.getAttribute(out, "unix:dev") + ":" + Files.getAttribute(out, "unix:ino"));
        } catch (IOException e) {
            return journal != null;
        }
    }

    private static String detached(LabHome home, int workers) {
        home.prepare();
        try {
            long before = Files.exists(home.log("up")) ? Files.size(home.log("up")) : 0;
            Process up = new ProcessBuilder(
                            Installation.found().self("up", "--no-token", "--workers", Integer.toString(workers)))
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(home.log("up").toFile()))
                    .start();
            up.getOutputStream().close();
            while (up.isAlive()) {
                Optional<LabHome.Running> running = Lab.runningOn(home);
                if (running.isPresent()) {
                    return running.get().url();
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
            String words = Logs.tail(home.log("up"), before).stream()
                    .filter(line -> line.startsWith("runyard: "))
                    .reduce((first, last) -> last)
                    .map(line -> line.substring("runyard: ".length()))
                    .orElse("the lab did not start; see " + home.log("up"));
            throw Failure.ended(up.exitValue(), words);
        } catch (IOException e) {
            throw Failure.fault("cannot start the lab (" + e.getMessage() + ")", "see " + home.log("up"), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.fault("interrupted", "run it again", e);
        }
    }
}
