package dev.runyard.service.scheduling.round;

import dev.runyard.service.scheduling.round.Situation.Account;
import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Waiting runs in the order of service; the line of who is charged moves back. */
final class ServiceOrder {
    /** What decides which devices a run can go to; alike for many. */
    record Needs(Placement placement, int devices, Set<String> names, Set<UUID> refused) {
        static Needs of(Waiter waiter) {
            return new Needs(
                    waiter.placement(),
                    waiter.devices(),
                    waiter.needs(),
                    waiter.refused().keySet());
        }
    }

    /** What is found out once for all runs with the same needs. */
    static final class Kind {
        final List<Device> fitting;
        boolean hopeless;
        boolean untakable;

        Kind(List<Device> fitting) {
            this.fitting = fitting;
        }
    }

    /** @param as the class that counts: an idle run that has waited long enough is as good as a normal one */
    record Ranked(Waiter waiter, PriorityClass as, Kind kind) {
        /** Class, then priority, then age; without what its account has had. Spelled out: it is asked a million times a round. */
        static int inLine(Ranked a, Ranked b) {
            int by = Integer.compare(a.as.ordinal(), b.as.ordinal());
            by = by != 0 ? by : Integer.compare(b.waiter.priority(), a.waiter.priority());
            return by != 0 ? by : byAge(a.waiter, b.waiter);
        }

        private static int byAge(Waiter a, Waiter b) {
            int by = a.created().compareTo(b.created());
            by = by != 0 ? by : Integer.compare(index(a), index(b));
            return by != 0 ? by : a.run().compareTo(b.run());
        }

        private static int index(Waiter waiter) {
            Integer index = waiter.index();
            return index == null ? -1 : index;
        }
    }

    /** Seconds by weight; a project's lines have one together. */
    static final class Had {
        private final double weight;
        private double seconds;

        Had(double weight, double seconds) {
            this.weight = weight;
            this.seconds = seconds;
        }

        double byWeight() {
            return seconds / weight;
        }
    }

    /** An account's runs in their order, and what it has had. */
    private static final class Line {
        private final List<Ranked> runs;
        private final Had project;
        private final Had user;
        private int next;

        Line(List<Ranked> runs, Had project, Had user) {
            this.runs = runs;
            this.project = project;
            this.user = user;
        }

        boolean over() {
            return next == runs.size();
        }

        /** Whether its first run is served before the other's. */
        boolean before(Line other) {
            Ranked a = runs.get(next);
            Ranked b = other.runs.get(other.next);
            int by = Integer.compare(a.as().ordinal(), b.as().ordinal());
            by = by != 0
                    ? by
                    : Integer.compare(b.waiter().priority(), a.waiter().priority());
            by = by != 0 ? by : Double.compare(project.byWeight(), other.project.byWeight());
            by = by != 0 ? by : Double.compare(user.byWeight(), other.user.byWeight());
            return (by != 0 ? by : Ranked.byAge(a.waiter(), b.waiter())) < 0;
        }
    }

    private final List<Line> lines = new ArrayList<>();
    private Line last = new Line(List.of(), new Had(1, 0), new Had(1, 0));

    /**
     * @param inLine each account's runs in their order
     * @param counted what each has had
     */
    ServiceOrder(Map<Account, List<Ranked>> inLine, Shares counted) {
        Map<String, Had> projects = new HashMap<>();
        inLine.forEach((account, runs) -> lines.add(new Line(
                runs,
                projects.computeIfAbsent(account.project(), p -> counted.project(account)),
                counted.user(account))));
    }

    /** Whoever was next last gets a slot, or would. */
    void charge() {
        last.project.seconds += Shares.LEAST;
        last.user.seconds += Shares.LEAST;
    }

    @Nullable
    Ranked next() {
        Line best = null;
        for (Line line : lines) {
            if (!line.over() && (best == null || line.before(best))) {
                best = line;
            }
        }
        if (best == null) {
            return null;
        }
        last = best;
        return best.runs.get(best.next++);
    }
}
