package dev.runyard.service.scheduling.simulation;

import dev.runyard.service.scheduling.round.Round;
import dev.runyard.service.scheduling.round.Shares;
import dev.runyard.service.scheduling.round.Situation;
import dev.runyard.service.scheduling.round.Situation.Account;
import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Going;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A lab in which only time passes: devices, runs that take so many seconds each, and the scheduler's own function once a second. A run
 * that is asked for its device hears it with its next heartbeat, checkpoints, and goes on later where it was.
 */
public final class Simulation {
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    /** Until a heartbeat is answered with the order, and until the checkpoint is written. */
    private static final int YIELD_SECONDS = 3;

    private final List<Device> devices;
    private final Map<Account, Shares.Allowance> allowed;
    private final int checkpointSeconds;
    /** As the service has it where nobody says otherwise. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Duration maxWait;
    private final Map<Account, Double> used = new HashMap<>();
    private final Map<UUID, Job> jobs = new LinkedHashMap<>();
    private Instant usedAt = BEGIN;
    private Instant now = BEGIN;

    /** What becomes of a run; seconds are those of training. */
    static final class Job {
        final Waiter run;
        final int seconds;
        /** Of its training, kept over attempts. */
        int done;
        /** On devices, all attempts. */
        int trained;

        @Nullable
        Instant first;

        @Nullable
        Instant ended;

        int preempted;
        private Waiter waiter;
        private @Nullable Device device;
        private int slot;
        private PriorityClass as;
        private Instant granted = BEGIN;
        private @Nullable UUID yieldsTo;
        private @Nullable Instant yieldsAt;

        private Job(Waiter was, int seconds) {
            this.run = was;
            this.waiter = was;
            this.as = was.priorityClass();
            this.seconds = seconds;
        }

        boolean waits() {
            return device == null && ended == null;
        }
    }

    /**
     * @param allowed weights and quotas
     * @param checkpointSeconds from one checkpoint to the next
     */
    Simulation(List<Device> devices, Map<Account, Shares.Allowance> allowed, int checkpointSeconds, Duration maxWait) {
        this.devices = devices;
        this.allowed = allowed;
        this.checkpointSeconds = checkpointSeconds;
        this.maxWait = maxWait;
    }

    /** 12 GPUs, and users in one project with weights 1, 2, 3 … */
    static Simulation weighted(List<String> users) {
        Map<Account, Shares.Allowance> allowed = new HashMap<>();
        for (int i = 0; i < users.size(); i++) {
            allowed.put(new Account("default", users.get(i)), new Shares.Allowance(i + 1, null, null));
        }
        return new Simulation(gpus(12, 24L << 30), allowed, 60, Duration.ofHours(24));
    }

    /** Hosts of equal GPUs. */
    static List<Device> gpus(int count, long memory) {
        List<Device> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.add(new Device(
                    new UUID(1, i),
                    "host" + i / 8,
                    "GPU-" + i,
                    "cuda",
                    new UUID(2, i),
                    memory,
                    1,
                    Device.State.USABLE,
                    false,
                    Map.of(),
                    Set.of()));
        }
        return out;
    }

    Job submit(String user, PriorityClass priorityClass, Placement placement, int seconds) {
        UUID run = new UUID(3, jobs.size());
        Waiter waiter = new Waiter(
                run,
                new Account("default", user),
                null,
                Integer.MAX_VALUE,
                priorityClass,
                0,
                now,
                null,
                now,
                null,
                placement,
                1,
                Set.of(),
                Map.of());
        Job job = new Job(waiter, seconds);
        jobs.put(run, job);
        return job;
    }

    Instant now() {
        return now;
    }

    List<Job> jobs() {
        return List.copyOf(jobs.values());
    }

    /** Device-seconds that the user has had, not halved. */
    int had(String user) {
        return jobs.values().stream()
                .filter(job -> job.run.account().user().equals(user))
                .mapToInt(job -> job.trained)
                .sum();
    }

    boolean waits(String user) {
        return jobs.values().stream().anyMatch(job -> job.run.account().user().equals(user) && job.waits());
    }

    /** One second. */
    void second() {
        Round.Answer answer = Round.of(situation());
        for (Round.Grant grant : answer.grants()) {
            Job job = job(grant.waiter().run());
            job.device = grant.device();
            job.slot = grant.slot();
            job.as = grant.as();
            job.granted = now;
            job.first = job.first == null ? now : job.first;
        }
        for (Round.Preemption preemption : answer.preemptions()) {
            Job victim = job(preemption.victim().run());
            victim.yieldsTo = preemption.waiter().run();
            victim.yieldsAt = now.plusSeconds(YIELD_SECONDS);
            victim.preempted++;
        }
        now = now.plusSeconds(1);
        for (Job job : jobs.values()) {
            if (job.device != null) {
                job.done++;
                job.trained++;
                if (job.done >= job.seconds) {
                    release(job);
                    job.ended = now;
                } else if (job.yieldsAt != null && !now.isBefore(job.yieldsAt)) {
                    release(job);
                }
            }
        }
    }

    private void release(Job job) {
        used.replaceAll((account, seconds) -> Shares.aged(seconds, usedAt, now));
        usedAt = now;
        used.merge(job.run.account(), Shares.halved(job.granted, now, now), Double::sum);
        job.device = null;
        job.yieldsTo = null;
        job.yieldsAt = null;
        Waiter was = job.run;
        job.waiter = new Waiter(
                was.run(),
                was.account(),
                null,
                was.parallel(),
                was.priorityClass(),
                was.priority(),
                was.created(),
                null,
                now,
                null,
                was.placement(),
                1,
                was.needs(),
                was.refused());
    }

    private Job job(UUID run) {
        return java.util.Objects.requireNonNull(jobs.get(run));
    }

    private Situation situation() {
        List<Waiter> queue = new ArrayList<>();
        List<Going> going = new ArrayList<>();
        for (Job job : jobs.values()) {
            Device device = job.device;
            if (job.waits()) {
                queue.add(job.waiter);
            } else if (device != null) {
                int since = (int) Duration.between(job.granted, now).toSeconds();
                going.add(new Going(
                        job.run.run(),
                        device.id(),
                        job.slot,
                        job.run.account(),
                        null,
                        job.as,
                        job.run.placement().preemptible(),
                        job.run.placement().memoryBytes(),
                        job.granted,
                        job.granted.plusSeconds(since - since % checkpointSeconds),
                        job.yieldsTo,
                        false,
                        (double) (job.seconds - job.done)));
            }
        }
        Map<Account, Double> aged = new HashMap<>();
        used.forEach((account, seconds) -> aged.put(account, Shares.aged(seconds, usedAt, now)));
        return new Situation(
                queue,
                devices,
                going,
                new Shares(new Shares.Books(aged, allowed, Map.of())),
                Set.of(),
                maxWait,
                PATIENCE,
                now);
    }

    /** Queued runs of many users and devices of which a part is free, for a look at what a round takes. */
    public static Situation large(int queued, int devices, int users) {
        List<Waiter> queue = new ArrayList<>();
        List<Placement> placements = List.of(
                Placement.ANY,
                new Placement(Placement.Device.CUDA, "6GiB", Map.of(), List.of(), true),
                new Placement(Placement.Device.ANY, null, Map.of("gpu", "a100"), List.of(), false));
        for (int i = 0; i < queued; i++) {
            queue.add(new Waiter(
                    new UUID(4, i),
                    new Account("project" + i % 5, "user" + i % users),
                    i % 3 == 0 ? null : new UUID(5, i % 40),
                    i % 3 == 0 ? Integer.MAX_VALUE : 20,
                    PriorityClass.values()[i % 3],
                    i % 7,
                    BEGIN.plusSeconds(i),
                    i % 3 == 0 ? null : Integer.valueOf(i),
                    BEGIN.plusSeconds(i),
                    null,
                    placements.get(i / 3 % 3),
                    1,
                    Set.of(),
                    Map.of()));
        }
        queue.sort(Comparator.comparing(w -> w.run().hashCode() * 31));
        List<Going> going = new ArrayList<>();
        List<Device> all = gpus(devices, 24L << 30);
        for (int i = 0; i < devices / 2; i++) {
            going.add(new Going(
                    new UUID(6, i),
                    all.get(i).id(),
                    0,
                    new Account("project" + i % 5, "user" + i % users),
                    null,
                    PriorityClass.IDLE,
                    true,
                    0,
                    BEGIN,
                    BEGIN.plusSeconds(i),
                    null,
                    false,
                    60.0 * i));
        }
        return new Situation(
                queue,
                all,
                going,
                new Shares(Shares.Books.EMPTY),
                Set.of(),
                Duration.ofHours(24),
                PATIENCE,
                BEGIN.plusSeconds(2L * queued));
    }
}
