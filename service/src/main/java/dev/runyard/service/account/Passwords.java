package dev.runyard.service.account;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Passwords by Argon2id with 19 MiB, two passes and one lane. Half of the machine's cores work on them at most, and few wait for that:
 * whoever tries many is refused, and nobody else's requests wait.
 */
@ApplicationScoped
public class Passwords {
    static final int SHORTEST = 12;
    private static final int LONGEST = 200;
    private static final int MEMORY_KIB = 19_456;
    private static final int PASSES = 2;
    private static final int BYTES = 32;
    private static final int AT_ONCE = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    /** Each holds a thread meanwhile. */
    private static final int WAITING = 16;

    private static final int PATIENCE_SECONDS = 5;

    private final Argon2Function function = Argon2Function.getInstance(MEMORY_KIB, PASSES, 1, BYTES, Argon2.ID);
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    /** What a wrong name is compared with, so that it takes as long as a right one. */
    private volatile @Nullable String nobodys;

    /**
     * @param name of the account, which must not be its password
     * @throws Problem 422 for one that is easily guessed
     */
    String hash(String name, String password) {
        if (password.length() < SHORTEST || password.length() > LONGEST) {
            throw Problem.invalid(
                    "BAD_PASSWORD",
                    "password",
                    null,
                    "must be " + SHORTEST + " to " + LONGEST + " characters",
                    "several words that you remember are best");
        }
        String plain = password.toLowerCase(Locale.ROOT);
        if (plain.contains(name.toLowerCase(Locale.ROOT)) && plain.length() < name.length() + SHORTEST
                || plain.chars().distinct().count() < 5) {
            throw Problem.invalid(
                    "BAD_PASSWORD",
                    "password",
                    null,
                    "is the account's name, or a few characters over and over",
                    "several words that you remember are best");
        }
        return inTurn(() -> function.hash(password).getResult());
    }

    /**
     * @param hash null: there is no such account, or it has no password; takes as long
     * @throws Problem 503 when too many try
     */
    boolean matches(@Nullable String hash, String password) {
        String tried = password.length() > LONGEST ? "" : password;
        return inTurn(() -> {
            String against = hash == null ? nobodys() : hash;
            return Argon2Function.getInstanceFromHash(against).check(tried, against) && hash != null;
        });
    }

    private String nobodys() {
        String known = nobodys;
        if (known == null) {
            known = function.hash("nobody has this password").getResult();
            nobodys = known;
        }
        return known;
    }

    private <T> T inTurn(Supplier<T> work) {
        try {
            if (places.getQueueLength() >= WAITING || !places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw Problem.of(503, "OVERLOADED", "Too many people sign in at this moment; try again shortly.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(503, "UNAVAILABLE", "The service is stopping.");
        }
        try {
            return work.get();
        } finally {
            places.release();
        }
    }
}
