package dev.runyard.service.scheduling.round;

import dev.runyard.service.scheduling.round.Situation.Account;
import dev.runyard.service.scheduling.round.Situation.Going;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What each project and each user in it has had, against what they may have. Device-seconds are halved every {@link #HALF_LIFE}, then
 * divided by the weight of the project and, inside it, of the user; who has the least by that is next.
 */
public final class Shares {
    public static final Duration HALF_LIFE = Duration.ofDays(7);

    /**
     * Seconds that a lease counts at least while it lasts: of those who have had as much, whoever has fewer runs going is next, and a
     * round that fills many slots at once deals them out by weight.
     */
    static final double LEAST = 600;

    /**
     * What was set for a project, or for a user in one.
     *
     * @param weight 1 where nobody set another
     * @param slots most slots at once; null: any number
     * @param deviceHours most device-hours, halved as the share is; null: any number
     */
    public record Allowance(
            double weight,
            @Nullable Integer slots,
            @Nullable Double deviceHours) {
        static final Allowance DEFAULT = new Allowance(1, null, null);
    }

    /**
     * What was used until now by leases that are over, device-seconds after halving, and what is allowed; a project's own stand under the
     * empty user.
     *
     * @param held slots of devices that people work on by hand
     */
    public record Books(Map<Account, Double> used, Map<Account, Allowance> allowed, Map<Account, Integer> held) {
        public static final Books EMPTY = new Books(Map.of(), Map.of(), Map.of());

        Allowance of(Account account) {
            return allowed.getOrDefault(account, Allowance.DEFAULT);
        }
    }

    private final Books books;
    private final Map<Account, Double> users = new HashMap<>();
    private final Map<String, Double> projects = new HashMap<>();
    private final Map<Account, Integer> userSlots = new HashMap<>();
    private final Map<String, Integer> projectSlots = new HashMap<>();

    public Shares(Books books) {
        this.books = books;
        books.used().forEach(this::add);
        books.held().forEach(this::slots);
    }

    /** The same before anything that goes is counted. */
    Shares fresh() {
        return new Shares(books);
    }

    /** Counts what goes at this moment. */
    void going(List<Going> going, Instant now) {
        for (Going one : going) {
            add(one.account(), Math.max(LEAST, halved(one.granted(), now, now)));
            slots(one.account(), 1);
        }
    }

    /** Counts a slot that was just given. */
    void charge(Account account) {
        add(account, LEAST);
        slots(account, 1);
    }

    /** What a lease from one moment to another still counts for: the seconds, each halved by its age. */
    public static double halved(Instant from, Instant to, Instant now) {
        double life = HALF_LIFE.toSeconds() / Math.log(2);
        return Math.max(0, life * (Math.exp(-seconds(to, now) / life) - Math.exp(-seconds(from, now) / life)));
    }

    /** What is left of an amount after a while. */
    public static double aged(double amount, Instant then, Instant now) {
        return amount * Math.pow(2, -Math.max(0, seconds(then, now)) / HALF_LIFE.toSeconds());
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
    }

    /** What the account's project has had so far. */
    ServiceOrder.Had project(Account account) {
        return new ServiceOrder.Had(books.of(whole(account)).weight(), projects.getOrDefault(account.project(), 0.0));
    }

    /** What the account has had so far. */
    ServiceOrder.Had user(Account account) {
        return new ServiceOrder.Had(books.of(account).weight(), users.getOrDefault(account, 0.0));
    }

    /** Why the account gets nothing more for now; empty where it may. */
    Optional<String> spent(Account account) {
        if (books.allowed().isEmpty()) {
            return Optional.empty();
        }
        return spent(
                        "project " + account.project(),
                        books.of(whole(account)),
                        projectSlots.getOrDefault(account.project(), 0),
                        projects.getOrDefault(account.project(), 0.0))
                .or(() -> spent(
                        account.user() + " in project " + account.project(),
                        books.of(account),
                        userSlots.getOrDefault(account, 0),
                        users.getOrDefault(account, 0.0)));
    }

    private static Optional<String> spent(String who, Allowance allowed, int slots, double seconds) {
        if (allowed.slots() != null && slots >= allowed.slots()) {
            return Optional.of("quota: " + who + " has " + slots + " of " + allowed.slots() + " slots");
        }
        if (allowed.deviceHours() != null && seconds >= allowed.deviceHours() * 3_600) {
            return Optional.of("quota: " + who + " has used " + tenths(seconds / 3_600) + " of "
                    + tenths(allowed.deviceHours()) + " device-hours (halved every 7 days)");
        }
        return Optional.empty();
    }

    private static String tenths(double hours) {
        return String.format(java.util.Locale.ROOT, "%.1f", hours);
    }

    private static Account whole(Account account) {
        return new Account(account.project(), "");
    }

    private void add(Account account, double seconds) {
        users.merge(account, seconds, Double::sum);
        projects.merge(account.project(), seconds, Double::sum);
    }

    private void slots(Account account, int many) {
        userSlots.merge(account, many, Integer::sum);
        projectSlots.merge(account.project(), many, Integer::sum);
    }
}
