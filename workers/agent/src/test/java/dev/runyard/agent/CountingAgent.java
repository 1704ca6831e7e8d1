package dev.runyard.agent;

import dev.runyard.agent.device.LocalDevice;
import java.util.List;

/** A worker process that counts; {@code deaf} as its argument makes it obey no order. */
final class CountingAgent {
    private CountingAgent() {}

    public static void main(String[] arguments) {
        CountingTrainer trainer = new CountingTrainer(100_000, 20, step -> {});
        boolean deaf = List.of(arguments).contains("deaf");
        Agent.run(
                Settings.from(System.getenv()),
                new LocalDevice("cpu", "cpu", "a CPU", 1L << 30, 1, -1),
                deaf
                        ? (spec, dir, listener) -> {
                            listener.resumed(0);
                            listener.progress(1, 2, 0, 1);
                            while (true) {
                                sleep();
                            }
                        }
                        : trainer);
    }

    private static void sleep() {
        try {
            Thread.sleep(1_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
