package dev.runyard.cli.remote;

import dev.runyard.cli.terminal.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Looks at a lab until something is so. A service that is started again meanwhile is waited for. */
public final class Looking {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration AWAY = Duration.ofMinutes(3);

    private Looking() {}

    /**
     * @param look empty: not yet
     * @throws Failure of the first look, of a look at something that is refused, or when the lab is away for 3 minutes
     */
    public static <T> T until(Supplier<Optional<T>> look) throws InterruptedException {
        long lastAnswer = 0;
        boolean answered = false;
        while (true) {
            try {
                Optional<T> seen = look.get();
                if (seen.isPresent()) {
                    return seen.get();
                }
                answered = true;
                lastAnswer = System.nanoTime();
            } catch (Failure e) {
                if (!answered || e.exit() == Failure.BAD_INPUT || System.nanoTime() - lastAnswer > AWAY.toNanos()) {
                    throw e;
                }
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
    }
}
