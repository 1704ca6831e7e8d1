package dev.runyard.agent;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT. A shutdown hook would not do: the JVM gives it no second signal, and that one must end the process at once.
 */
final class Signals {
    private Signals() {}

    static void onStop(Consumer<String> told) {
        for (String name : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(name), signal -> told.accept("SIG" + signal.getName()));
        }
    }

    /**
     * Ends this process without another instruction. {@link Runtime#halt} would run the destructors of native libraries, and a
     * thread that computes in one of them meanwhile crashes. The JVM lets nobody raise SIGKILL on itself, so a shell does it.
     */
    static void kill() {
        try {
            new ProcessBuilder(
                            "sh", "-c", "kill -KILL " + ProcessHandle.current().pid())
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException e) {
            // There is no shell: what follows ends it too, if less cleanly.
        }
        Runtime.getRuntime().halt(1);
    }
}
