package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runyard worker}. */
@Command(
        name = "worker",
        description = "Run workers for this machine's devices in the foreground, for a lab elsewhere.")
public final class WorkerCommand implements Callable<Integer> {
    @Option(names = "--server", required = true, paramLabel = "URL", description = "The lab's address.")
    String server;

    @Option(
            names = "--enrol",
            paramLabel = "TOKEN",
            description = "Join that lab first, by what \"runyard enrol\" prints there; once for each home.")
    @Nullable
    String enrol;

    @Option(
            names = "--join-only",
            description = "Join and end: for a home whose credential the jobs of a cluster share.")
    boolean joinOnly;

    @Override
    public Integer call() throws IOException {
        Clear.refuse(http(server), System.getenv());
        LabHome home = LabHome.ofEnvironment();
        home.prepare();
        if (enrol != null) {
            Joining.join(home, server, enrol);
        } else if (joinOnly) {
            throw Failure.badInput(
                    "--join-only was given without --enrol", "add --enrol TOKEN, from \"runyard enrol\"");
        }
        if (joinOnly) {
            System.out.println("joined; the credential is " + home.folder().resolve(Joining.CREDENTIAL));
            return 0;
        }
        Workers workers = new Workers(
                home,
                Installation.found(),
                server,
                WorkerStart.found(home),
                line -> System.err.println("runyard: " + line));
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            workers.ask();
                            workers.stop();
                        },
                        "stop"));
        workers.start();
        workers.described().forEach(System.out::println);
        while (!Thread.currentThread().isInterrupted()) {
            workers.tick();
            if (workers.idle()) {
                return 0;
            }
            if (workers.parts().stream().allMatch(Part::over)) {
                throw Failure.fault("no worker is left", "see the lines above, then start it again");
            }
            home.logs().rotate();
            try {
                TimeUnit.MILLISECONDS.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return 0;
    }

    private static URI http(String server) {
        try {
            URI uri = URI.create(server);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the one message.
        }
        throw Failure.badInput("--server is \"" + server + "\"", "write it as https://lab.example.org");
    }
}
