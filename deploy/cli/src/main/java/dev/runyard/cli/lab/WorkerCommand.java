package dev.runyard.cli.lab;

import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runyard worker}. */
@Command(
        name = "worker",
        description = "Run workers for this machine's devices in the foreground, for a lab elsewhere.")
public final class WorkerCommand implements Callable<Integer> {
    @Option(names = "--server", required = true, paramLabel = "URL", description = "The lab's address.")
    String server;

    @Override
    public Integer call() throws IOException {
        requireHttp(server);
        LabHome home = LabHome.ofEnvironment();
        home.prepare();
        Installation installation = Installation.found();
        List<Part> workers = new ArrayList<>();
        for (WorkerStart device : WorkerStart.found()) {
            Part worker = Part.worker(
                    "worker " + device.name(),
                    home.log("worker-" + workers.size()),
                    () -> installation.worker(home, server),
                    device.environment());
            worker.put("RUNYARD_HOME", home.folder().toString());
            worker.put("DJL_CACHE_DIR", home.folder().resolve("djl").toString());
            worker.put("RUNYARD_URL", server);
            workers.add(worker);
        }
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            workers.forEach(Part::ask);
                            workers.forEach(worker -> worker.stop(Lab.GRACE));
                        },
                        "stop"));
        for (Part worker : workers) {
            worker.start();
            System.out.println(worker.name() + " for " + server + ", log " + worker.log());
        }
        while (!Thread.currentThread().isInterrupted()) {
            for (Part worker : workers) {
                String news = worker.revive();
                if (news != null) {
                    System.err.println("runyard: " + news);
                    String words = worker.lastWords();
                    if (!words.isEmpty() && !worker.over()) {
                        System.err.println("runyard: " + words);
                    }
                }
            }
            if (workers.stream().allMatch(Part::over)) {
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

    private static void requireHttp(String server) {
        try {
            URI uri = URI.create(server);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the one message.
        }
        throw Failure.badInput("--server is \"" + server + "\"", "write it as http://host:8080");
    }
}
