package dev.runyard.agent;

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
}
