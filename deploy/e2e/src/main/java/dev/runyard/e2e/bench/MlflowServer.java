package dev.runyard.e2e.bench;

import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** MLflow's own server as its makers ship it, on a lab's Postgres in a schema of its own. */
final class MlflowServer implements AutoCloseable {
    private static final List<String> PACKAGES = List.of("mlflow==3.17.2", "psycopg2-binary");
    private static final String SCHEMA = "mlflow_bench";
    private static final Duration START = Duration.ofMinutes(3);

    private final Process process;
    private final URI url;

    private MlflowServer(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /** In the virtual environment of option {@code --mlflow}, by default below the user's cache; made there when it is missing. */
    static MlflowServer start(BenchLab lab, Arguments arguments)
            throws IOException, InterruptedException, SQLException {
        Path home = Path.of(System.getProperty("user.home"), ".cache/runyard-bench/mlflow-3.17.2");
        Path folder = arguments.path("mlflow", home).toAbsolutePath();
        Path python = folder.resolve("bin/python");
        if (!Files.isExecutable(python) || done(python.toString(), "-c", "import mlflow.server, psycopg2") != 0) {
            System.out.println("installing " + String.join(", ", PACKAGES) + " into " + folder);
            done("python3", "-m", "venv", folder.toString());
            if (done(python.toString(), "-m", "pip", "-q", "install", PACKAGES.get(0), PACKAGES.get(1)) != 0) {
                throw new IOException("pip could not install " + PACKAGES);
            }
        }
        int port = LabProcess.freePort();
        Path log = Files.createTempFile("mlflow-server", ".log");
        ProcessBuilder builder = new ProcessBuilder(
                        python.toString(),
                        "-m",
                        "mlflow",
                        "server",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--backend-store-uri",
                        lab.database(SCHEMA),
                        "--artifacts-destination",
                        Files.createTempDirectory("mlflow-files").toString(),
                        "--workers",
                        "4")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
        Process process = builder.start();
        MlflowServer server = new MlflowServer(process, URI.create("http://127.0.0.1:" + port));
        server.await(log);
        return server;
    }

    URI url() {
        return url;
    }

    private void await(Path log) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        long end = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            try {
                HttpRequest health = HttpRequest.newBuilder(url.resolve("/health"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
                if (http.send(health, HttpResponse.BodyHandlers.ofString()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not yet.
            }
            TimeUnit.MILLISECONDS.sleep(300);
        }
        close();
        throw new IOException("MLflow's server did not start: " + Files.readString(log));
    }

    private static int done(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }
}
