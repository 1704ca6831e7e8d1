package dev.runyard.agent.client;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Repeats a request while the service is away, 0.1 s to 2 s apart. Everything the service offers a worker may be repeated. */
public final class Patience {
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 2_000;

    private final BooleanSupplier lasts;

    private Patience(BooleanSupplier lasts) {
        this.lasts = lasts;
    }

    public static Patience of(Duration most) {
        long start = System.nanoTime();
        return new Patience(() -> System.nanoTime() - start < most.toNanos());
    }

    /** Also ends when the condition falls. */
    public Patience butOnlyWhile(BooleanSupplier condition) {
        return new Patience(() -> lasts.getAsBoolean() && condition.getAsBoolean());
    }

    /** @throws ServiceFault the last one, when patience ended, or at once any that is not {@code Unavailable} */
    public <T> T call(Supplier<T> request) {
        long pause = FIRST_PAUSE_MS;
        while (true) {
            try {
                return request.get();
            } catch (ServiceFault.Unavailable e) {
                if (!lasts.getAsBoolean()) {
                    throw e;
                }
                sleep(pause, e);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
            }
        }
    }

    public void run(Runnable request) {
        call(() -> {
            request.run();
            return true;
        });
    }

    private static void sleep(long millis, ServiceFault.Unavailable cause) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cause;
        }
    }
}
