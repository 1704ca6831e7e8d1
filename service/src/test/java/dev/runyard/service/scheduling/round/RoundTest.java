package dev.runyard.service.scheduling.round;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.scheduling.round.Situation.Account;
import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Going;
import dev.runyard.service.scheduling.round.Situation.Waiter;
import dev.runyard.service.scheduling.simulation.Simulation;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rules of lab.md §5, each by itself. */
class RoundTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final long GIB = 1L << 30;

    private final List<Waiter> queue = new ArrayList<>();
    private final List<Device> devices = new ArrayList<>();
    private final List<Going> going = new ArrayList<>();
    private final Map<Account, Double> used = new HashMap<>();
    private final Map<Account, Shares.Allowance> allowed = new HashMap<>();
    private final Map<Account, Integer> held = new HashMap<>();
    private final Set<String> stored = new java.util.HashSet<>();

    private static Account account(String user) {
        return new Account("default", user);
    }

    private Device device(String key, String kind, long memory, int slots, Device.State state) {
        Device device = new Device(
                new UUID(1, devices.size()),
                "lab" + devices.size() / 2,
                key,
                kind,
                new UUID(2, 1),
                memory,
                slots,
                state,
                false,
                kind.equals("cuda") ? Map.of("gpu", "a100") : Map.of(),
                Set.of());
        devices.add(device);
        return device;
    }

    private Device gpu(long memory) {
        return device("GPU-" + devices.size(), "cuda", memory, 1, Device.State.USABLE);
    }

    /** A run that has waited for {@code waited} seconds. */
    private Waiter waits(
            String user, PriorityClass priorityClass, int priority, Placement placement, int waited, String... needs) {
        Waiter waiter = new Waiter(
                new UUID(7, queue.size()),
                account(user),
                null,
                Integer.MAX_VALUE,
                priorityClass,
                priority,
                NOW.minusSeconds(waited),
                null,
                NOW.minusSeconds(waited),
                null,
                placement,
                1,
                Set.of(needs),
                Map.of());
        queue.add(waiter);
        return waiter;
    }

    private Waiter waits(String user, int waited) {
        return waits(user, PriorityClass.NORMAL, 0, Placement.ANY, waited);
    }

    private Going goes(Device device, int slot, String user, PriorityClass priorityClass, long memory, int secured) {
        Going one = new Going(
                new UUID(8, going.size()),
                device.id(),
                slot,
                account(user),
                null,
                priorityClass,
                true,
                memory,
                NOW.minusSeconds(1_000),
                NOW.minusSeconds(secured),
                null,
                false,
                null);
        going.add(one);
        return one;
    }

    private static Placement asks(String memory) {
        return new Placement(Placement.Device.ANY, memory, Map.of(), List.of(), true);
    }

    private Round.Answer answer() {
        return Round.of(new Situation(
                queue,
                devices,
                going,
                new Shares(new Shares.Books(used, allowed, held)),
                stored,
                Duration.ofHours(24),
                Duration.ofSeconds(30),
                NOW));
    }

    private List<UUID> granted() {
        return answer().grants().stream().map(g -> g.waiter().run()).toList();
    }

    private String why(Waiter waiter) {
        return answer().waits().get(waiter.run()).why();
    }

    @Test
    void whatAPersonHoldsCountsAgainstTheQuota() {
        Waiter waiter = waits("ann", 10);
        device("cpu", "cpu", GIB, 9, Device.State.USABLE);
        allowed.put(account("ann"), new Shares.Allowance(1, 2, null));
        held.put(account("ann"), 1);
        assertThat(granted()).containsExactly(waiter.run());
        held.put(account("ann"), 2);
        assertThat(granted()).isEmpty();
        assertThat(why(waiter)).contains("has 2 of 2 slots");
    }

    @Test
    void classThenPriorityThenShareThenAge() {
        Waiter idle = waits("ann", PriorityClass.IDLE, 100, Placement.ANY, 50);
        Waiter first = waits("ann", 40);
        Waiter second = waits("ann", 39);
        Waiter other = waits("bob", 10);
        Waiter important = waits("ann", PriorityClass.NORMAL, 5, Placement.ANY, 5);
        Waiter urgent = waits("bob", PriorityClass.URGENT, -100, Placement.ANY, 1);
        device("cpu", "cpu", GIB, 9, Device.State.USABLE);
        used.put(account("bob"), 100.0);
        assertThat(granted())
                .containsExactly(urgent.run(), important.run(), first.run(), other.run(), second.run(), idle.run());
    }

    @Test
    void whoUsedMoreThanTheirWeightGoesLaterAndProjectsCountFirst() {
        waits("ann", 40);
        Waiter heavy = waits("bob", 30);
        used.put(account("ann"), 7_000.0);
        used.put(account("bob"), 20_000.0);
        allowed.put(account("bob"), new Shares.Allowance(4, null, null));
        gpu(GIB);
        assertThat(granted()).as("20,000 by weight 4 is less than 7,000").containsExactly(heavy.run());
        Waiter small = new Waiter(
                new UUID(9, 9),
                new Account("small", "cem"),
                null,
                Integer.MAX_VALUE,
                PriorityClass.NORMAL,
                0,
                NOW,
                null,
                NOW,
                null,
                Placement.ANY,
                1,
                Set.of(),
                Map.of());
        queue.add(small);
        used.put(small.account(), 26_000.0);
        assertThat(granted()).as("its project has had less than the other").containsExactly(small.run());
    }

    @Test
    void usageIsHalvedInAWeek() {
        Instant week = NOW.plus(Shares.HALF_LIFE);
        assertThat(Shares.aged(1_000, NOW, week)).isEqualTo(500);
        double hour = Shares.halved(NOW, NOW.plusSeconds(3_600), NOW.plusSeconds(3_600));
        assertThat(hour).isBetween(3_590.0, 3_600.0);
        assertThat(Shares.halved(NOW, NOW.plusSeconds(3_600), week.plusSeconds(3_600)))
                .isCloseTo(hour / 2, org.assertj.core.data.Offset.offset(1e-6));
    }

    @Test
    void quotasOfUserAndProject() {
        Waiter first = waits("ann", 9);
        Waiter second = waits("ann", 8);
        Waiter other = waits("bob", 7);
        device("cpu", "cpu", GIB, 9, Device.State.USABLE);
        allowed.put(account("ann"), new Shares.Allowance(1, 1, null));
        assertThat(granted()).containsExactly(first.run(), other.run());
        assertThat(why(second)).isEqualTo("quota: ann in project default has 1 of 1 slots");
        allowed.put(account(""), new Shares.Allowance(1, null, 2.0));
        used.put(account("cem"), 7_300.0);
        assertThat(granted()).isEmpty();
        assertThat(why(other)).startsWith("quota: project default has used 2.0 of 2.0 device-hours");
    }

    @Test
    void placementByKindMemoryLabelsAndHosts() {
        device("cpu", "cpu", 64 * GIB, 1, Device.State.USABLE);
        Device small = gpu(8 * GIB);
        Device large = gpu(24 * GIB);
        waits("ann", PriorityClass.NORMAL, 0, asks("12GiB"), 9);
        waits(
                "ann",
                PriorityClass.NORMAL,
                0,
                new Placement(Placement.Device.CUDA, null, Map.of("gpu", "a100"), List.of("lab1"), true),
                8);
        waits("ann", PriorityClass.NORMAL, 0, new Placement(Placement.Device.CUDA, null, Map.of(), List.of(), true), 7);
        assertThat(answer().grants())
                .extracting(g -> g.device().key())
                .as("no more than need be, and nothing that does not fit")
                .containsExactly(large.key(), small.key());
        devices.add(device("GPU-x", "cuda", 4 * GIB, 1, Device.State.LOST));
        Waiter huge = waits("ann", PriorityClass.NORMAL, 0, asks("1TiB"), 1);
        Waiter tpu = waits(
                "ann",
                PriorityClass.NORMAL,
                0,
                new Placement(Placement.Device.ANY, null, Map.of("gpu", "h100"), List.of(), true),
                1);
        assertThat(why(huge)).isEqualTo("no device fits: 1TiB were asked for, the largest has 64 GiB");
        assertThat(why(tpu)).isEqualTo("no device fits: none has label gpu=h100");
    }

    @Test
    void sharesOfAGpuAreFilledByMemory() {
        Device first = device("GPU-A", "cuda", 6 * GIB, 1, Device.State.USABLE);
        for (int share = 2; share <= 4; share++) {
            devices.add(new Device(
                    new UUID(1, 10 + share),
                    first.host(),
                    "GPU-A/" + share,
                    "cuda",
                    new UUID(2, 1),
                    6 * GIB,
                    1,
                    Device.State.USABLE,
                    false,
                    Map.of(),
                    Set.of()));
        }
        waits("ann", PriorityClass.NORMAL, 0, asks("16GiB"), 9);
        waits("ann", PriorityClass.NORMAL, 0, asks("4GiB"), 8);
        Waiter third = waits("ann", PriorityClass.NORMAL, 0, asks("5GiB"), 7);
        waits("ann", PriorityClass.NORMAL, 0, asks("4GiB"), 6);
        assertThat(granted()).as("16 + 4 + 4 of 24 GiB").hasSize(3).doesNotContain(third.run());
        assertThat(why(third)).isEqualTo("no memory: devices that fit have a slot, but not 5GiB free");
    }

    /** Small runs would keep the memory from one that needs much of it for ever. */
    @Test
    void memoryIsKeptForWhoHasWaitedLongForIt() {
        Device first = device("GPU-A", "cuda", 12 * GIB, 2, Device.State.USABLE);
        goes(first, 0, "bob", PriorityClass.NORMAL, 8 * GIB, 1);
        waits("ann", PriorityClass.NORMAL, 5, asks("20GiB"), 599);
        waits("bob", PriorityClass.NORMAL, 0, asks("2GiB"), 1);
        assertThat(granted()).hasSize(1);
        queue.set(0, waits("ann", PriorityClass.NORMAL, 5, asks("20GiB"), 601));
        queue.remove(2);
        assertThat(granted()).isEmpty();
    }

    @Test
    void theRunWithTheLeastToLoseYieldsToAHigherClassThatHasWaited() {
        Device a = gpu(GIB);
        Device b = gpu(GIB);
        Device c = gpu(GIB);
        goes(a, 0, "ann", PriorityClass.NORMAL, 0, 50);
        Going cheapest = goes(b, 0, "ann", PriorityClass.NORMAL, 0, 5);
        goes(c, 0, "ann", PriorityClass.URGENT, 0, 1);
        Waiter soon = waits("bob", PriorityClass.URGENT, 0, Placement.ANY, 29);
        assertThat(answer().preemptions()).isEmpty();
        queue.set(0, waits("bob", PriorityClass.URGENT, 0, Placement.ANY, 30));
        queue.remove(1);
        Round.Answer answer = answer();
        assertThat(answer.preemptions()).extracting(p -> p.victim().run()).containsExactly(cheapest.run());
        assertThat(answer.waits().values())
                .extracting(Round.Wait::why)
                .containsExactly("a run of a lower class is giving its device back for it");
        // One that is asked already is waited for.
        going.set(1, but(cheapest, queue.get(0).run(), null));
        assertThat(answer().preemptions()).isEmpty();
        // Neither the same class nor what is not preemptible is taken.
        queue.set(0, waits("bob", PriorityClass.NORMAL, 0, Placement.ANY, 100));
        queue.remove(1);
        assertThat(answer().preemptions()).isEmpty();
        assertThat(soon.run()).isNotNull();
    }

    /** The same, giving its place to another, or with an end that is known. */
    private static Going but(Going one, @Nullable UUID yieldsTo, @Nullable Double secondsLeft) {
        return new Going(
                one.run(),
                one.device(),
                one.slot(),
                one.account(),
                null,
                one.priorityClass(),
                true,
                one.memory(),
                one.granted(),
                one.secured(),
                yieldsTo,
                false,
                secondsLeft);
    }

    @Test
    void asManyYieldAsTheMemoryTakes() {
        Device board = device("GPU-A", "cuda", 6 * GIB, 4, Device.State.USABLE);
        for (int slot = 0; slot < 4; slot++) {
            goes(board, slot, "ann", PriorityClass.IDLE, 0, 10 * (slot + 1));
        }
        waits("bob", PriorityClass.NORMAL, 0, asks("10GiB"), 60);
        assertThat(answer().preemptions()).extracting(p -> p.victim().slot()).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void dataThatNoHostHasIsNamed() {
        gpu(GIB);
        gpu(GIB);
        gpu(GIB);
        Waiter birds = waits("ann", PriorityClass.NORMAL, 0, Placement.ANY, 9, "dataset:birds");
        assertThat(granted()).isEmpty();
        assertThat(why(birds))
                .isEqualTo("no host has data set \"birds\" (2 hosts, none offers it; push it or add it to data.yaml)");
        stored.add("dataset:birds");
        assertThat(granted()).containsExactly(birds.run());
    }

    @Test
    void eachRunHasOneReasonAndItsPlace() {
        Waiter lone = waits("ann", 9);
        assertThat(why(lone)).isEqualTo("no device: no worker has registered one");
        device("GPU-0", "cuda", GIB, 1, Device.State.DRAINED);
        device("GPU-1", "cuda", GIB, 1, Device.State.HELD);
        assertThat(why(lone)).isEqualTo("no device: 1 is lost or drained, 1 is held by a person");
        Device busy = gpu(GIB);
        Going there = goes(busy, 0, "bob", PriorityClass.NORMAL, 0, 1);
        Waiter next = waits("ann", 8);
        assertThat(why(lone)).isEqualTo("all devices busy");
        going.set(0, but(there, null, 90.0));
        assertThat(answer().waits().get(lone.run()))
                .isEqualTo(new Round.Wait(Round.Cause.BUSY, "all devices busy", 1, 90.0));
        assertThat(answer().waits().get(next.run()))
                .isEqualTo(new Round.Wait(Round.Cause.BUSY, "all devices busy", 2, null));
    }

    private Waiter waitsFor(int many, int waited) {
        Waiter one = waits("ann", waited);
        Waiter several = new Waiter(
                one.run(),
                one.account(),
                null,
                Integer.MAX_VALUE,
                one.priorityClass(),
                one.priority(),
                one.created(),
                null,
                one.since(),
                null,
                Placement.ANY,
                many,
                Set.of(),
                Map.of());
        queue.set(queue.size() - 1, several);
        return several;
    }

    /** Hosts here have two devices each. */
    @Test
    void aRunOnSeveralDevicesGetsThemTogetherOnOneHostOrSaysWhy() {
        Device first = gpu(GIB);
        Waiter pair = waitsFor(2, 9);
        assertThat(granted()).isEmpty();
        assertThat(why(pair)).isEqualTo("no host has 2 devices of one kind that fit; the most are 1 on lab0 (cuda)");
        gpu(GIB);
        Device third = gpu(GIB);
        gpu(GIB);
        goes(first, 0, "bob", PriorityClass.NORMAL, 0, 1);
        Round.Grant grant = answer().grants().get(0);
        assertThat(grant.device().host()).isEqualTo("lab1");
        assertThat(grant.beside())
                .singleElement()
                .satisfies(seat -> assertThat(seat.device().host()).isEqualTo("lab1"));
        assertThat(grant.seats()).extracting(seat -> seat.device().id()).doesNotHaveDuplicates();
        // Those two are taken: of what is left nothing is given twice.
        Waiter lone = waits("bob", 8);
        Waiter late = waits("bob", 7);
        assertThat(granted()).containsExactly(pair.run(), lone.run());
        assertThat(why(late)).isEqualTo("all devices busy");
        goes(third, 0, "bob", PriorityClass.NORMAL, 0, 1);
        assertThat(granted()).doesNotContain(pair.run());
        assertThat(why(pair)).isEqualTo("waits for 2 devices of one host that are free at once");
    }

    /** Others, who need one each, would take whatever gets free for ever. */
    @Test
    void whatGetsFreeIsKeptForARunThatHasWaitedLongForSeveral() {
        Device first = gpu(GIB);
        gpu(GIB);
        goes(first, 0, "bob", PriorityClass.NORMAL, 0, 1);
        Waiter pair = waitsFor(2, 300);
        Waiter lone = waits("bob", 1);
        assertThat(granted()).containsExactly(lone.run());
        queue.set(0, waitsFor(2, 700));
        queue.remove(2);
        assertThat(granted()).isEmpty();
        assertThat(why(lone)).isEqualTo("all devices busy");
        assertThat(pair.devices()).isEqualTo(2);
    }

    @Test
    void sharesOfOneGpuAreNoTwoDevicesButThoseOfTheCpuAre() {
        devices.add(share("GPU-1", "cuda"));
        devices.add(share("GPU-1/2", "cuda"));
        Waiter pair = waitsFor(2, 9);
        assertThat(granted()).isEmpty();
        assertThat(why(pair)).startsWith("no host has 2 devices of one kind that fit");
        devices.add(share("cpu", "cpu"));
        devices.add(share("cpu/2", "cpu"));
        assertThat(answer().grants().get(0).seats())
                .extracting(seat -> seat.device().key())
                .containsExactlyInAnyOrder("cpu", "cpu/2");
    }

    private Device share(String key, String kind) {
        return new Device(
                new UUID(1, 100 + devices.size()),
                "shared",
                key,
                kind,
                new UUID(2, 1),
                GIB,
                1,
                Device.State.USABLE,
                false,
                Map.of(),
                Set.of());
    }

    @Test
    void aSweepHasNoMoreGoingThanItMay() {
        device("cpu", "cpu", GIB, 9, Device.State.USABLE);
        UUID sweep = new UUID(4, 4);
        for (int i = 0; i < 3; i++) {
            Waiter w = waits("ann", 9);
            queue.set(
                    i,
                    new Waiter(
                            w.run(),
                            w.account(),
                            sweep,
                            2,
                            w.priorityClass(),
                            0,
                            w.created(),
                            i,
                            w.since(),
                            null,
                            w.placement(),
                            1,
                            Set.of(),
                            Map.of()));
        }
        assertThat(granted()).containsExactly(queue.get(0).run(), queue.get(1).run());
        assertThat(why(queue.get(2))).startsWith("sweep window");
    }

    @Test
    void aDeviceThatRefusedARunGetsAnotherAndOneSetAsideIsTheLast() {
        Device a = gpu(GIB);
        Waiter first = waits("ann", 9);
        queue.set(
                0,
                new Waiter(
                        first.run(),
                        first.account(),
                        null,
                        1,
                        PriorityClass.NORMAL,
                        0,
                        first.created(),
                        null,
                        first.since(),
                        null,
                        Placement.ANY,
                        1,
                        Set.of(),
                        Map.of(a.id(), "GPU-0 on lab0: DATA")));
        Waiter second = waits("ann", 8);
        assertThat(granted()).containsExactly(second.run());
        assertThat(why(queue.get(0)))
                .isEqualTo("no device: every one that is there refused it (refused by GPU-0 on lab0: DATA)");
    }

    @Test
    void aLongQueueTakesNoTimeWorthNaming() {
        Situation large = Simulation.large(20_000, 200, 20);
        double[] millis = new double[7];
        Round.Answer answer = Round.of(large);
        for (int i = 0; i < millis.length; i++) {
            // Of the processor: others use this machine too. The figure is that of deploy/bench scheduling.
            long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            answer = Round.of(large);
            millis[i] = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin) / 1e6;
        }
        Arrays.sort(millis);
        assertThat(answer.grants()).isNotEmpty();
        assertThat(answer.waits()).hasSize(20_000);
        assertThat(millis[0]).as("a quadratic round would take minutes").isLessThan(1_000);
    }
}
