package dev.runyard.service.scheduling.simulation;

import dev.runyard.service.scheduling.round.Round;
import dev.runyard.service.scheduling.round.Situation;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * {@code deploy/bench scheduling}: how long a round takes over a long queue, and how the simulated lab shares.
 */
public final class SchedulingBench {
    private SchedulingBench() {}

    public static void main(String[] arguments) {
        Situation large = Simulation.large(20_000, 200, 20);
        double[] millis = millis(() -> Round.decide(large));
        System.out.printf(
                "one round that grants and preempts, as the service carries it out: %.1f ms median, %.1f ms worst of 30%n",
                millis[25], millis[39]);
        millis = millis(() -> Round.of(large));
        Round.Answer answer = Round.of(large);
        System.out.printf(
                "one round, 20,000 queued runs of 20 users, 200 devices: %.1f ms median, %.1f ms worst of 30;"
                        + " %d grants, %d preemptions, %d reasons%n",
                millis[25],
                millis[39],
                answer.grants().size(),
                answer.preemptions().size(),
                answer.waits().size());
        shares();
        preemption();
    }

    /** Of 40; the first 10 warm up, the others are in order. */
    private static double[] millis(Supplier<Round.Answer> round) {
        double[] millis = new double[40];
        int sum = 0;
        for (int i = 0; i < millis.length; i++) {
            long begin = System.nanoTime();
            sum += round.get().grants().size();
            millis[i] = (System.nanoTime() - begin) / 1e6;
        }
        if (sum == 0) {
            throw new IllegalStateException("nothing was granted");
        }
        Arrays.sort(millis, 10, 40);
        return millis;
    }

    /** Three users with weights 1 : 2 : 3 and 100 runs each on 12 devices, until one of them has nothing left to start. */
    static double shares() {
        List<String> users = List.of("ann", "bob", "cem");
        Simulation lab = Simulation.weighted(users);
        Random random = new Random(7);
        for (int i = 0; i < 100; i++) {
            users.forEach(user -> lab.submit(user, PriorityClass.NORMAL, Placement.ANY, 300 + random.nextInt(1_500)));
        }
        while (users.stream().allMatch(lab::waits)) {
            lab.second();
        }
        double all = users.stream().mapToInt(lab::had).sum();
        double worst = 0;
        for (int i = 0; i < users.size(); i++) {
            double due = all * (i + 1) / 6;
            double had = lab.had(users.get(i));
            worst = Math.max(worst, Math.abs(had - due) / due);
            System.out.printf(
                    "weight %d: %.0f device-seconds, %.0f due (%+.1f %%)%n", i + 1, had, due, 100 * (had / due - 1));
        }
        return worst;
    }

    /** Every device trains a run of the normal class; an urgent one comes. Answers its wait in seconds. */
    static long preemption() {
        int interval = 60;
        Simulation lab = new Simulation(Simulation.gpus(8, 24L << 30), Map.of(), interval, Duration.ofHours(24));
        for (int i = 0; i < 16; i++) {
            lab.submit("ann", PriorityClass.NORMAL, Placement.ANY, 3_600);
        }
        for (int i = 0; i < 100; i++) {
            lab.second();
        }
        Simulation.Job urgent = lab.submit("bob", PriorityClass.URGENT, Placement.ANY, 60);
        long came = lab.now().getEpochSecond();
        while (lab.jobs().stream().anyMatch(job -> job.ended == null)) {
            lab.second();
        }
        long waited = java.util.Objects.requireNonNull(urgent.first).getEpochSecond() - came;
        long taken = lab.jobs().stream().filter(job -> job.preempted > 0).count();
        long lost =
                lab.jobs().stream().mapToLong(job -> job.trained - job.seconds).sum();
        System.out.printf(
                "an urgent run started %d s after it came (checkpoint interval %d s); %d run gave its device, %d s trained twice%n",
                waited, interval, taken, lost);
        return lost == 0 && taken == 1 ? waited : Long.MAX_VALUE;
    }
}
