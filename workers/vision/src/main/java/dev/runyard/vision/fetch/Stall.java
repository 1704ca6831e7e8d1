package dev.runyard.vision.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Closes a body that has not moved for a while: the client itself would wait forever. */
final class Stall implements AutoCloseable {
    private final Thread watch;
    private volatile long moved = System.nanoTime();

    Stall(InputStream body, Duration patience) {
        watch = new Thread(
                () -> {
                    try {
                        while (System.nanoTime() - moved < patience.toNanos()) {
                            Thread.sleep(Math.max(1, patience.toMillis() / 10));
                        }
                        body.close();
                    } catch (InterruptedException | IOException e) {
                        // The download ended before its patience did.
                    }
                },
                "download-stall");
        watch.setDaemon(true);
        watch.start();
    }

    void moved() {
        moved = System.nanoTime();
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
