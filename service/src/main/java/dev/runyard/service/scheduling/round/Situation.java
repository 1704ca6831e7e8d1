package dev.runyard.service.scheduling.round;

import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All that a round decides by, as it is at one moment.
 *
 * @param stored names that any host can fetch, as {@link Device#offers}
 * @param maxWait after so long an idle run counts as normal
 * @param patience a run of a higher class waits so long before it takes another's device
 */
public record Situation(
        List<Waiter> queue,
        List<Device> devices,
        List<Going> going,
        Shares shares,
        Set<String> stored,
        Duration maxWait,
        Duration patience,
        Instant now) {

    /** Whose usage and quota count. */
    public record Account(String project, String user) {}

    /**
     * A run that waits.
     *
     * @param parallel runs of its sweep that may go at once
     * @param index in its sweep
     * @param since when it was queued last
     * @param notBefore null: at any time
     * @param devices how many it trains on at once, all of one host
     * @param needs names that its device has to offer: {@code dataset:birds}, {@code weights:clip}
     * @param refused devices that cannot do it, with what each said
     */
    public record Waiter(
            UUID run,
            Account account,
            @Nullable UUID sweep,
            int parallel,
            PriorityClass priorityClass,
            int priority,
            Instant created,
            @Nullable Integer index,
            Instant since,
            @Nullable Instant notBefore,
            Placement placement,
            int devices,
            Set<String> needs,
            Map<UUID, String> refused) {}

    /**
     * What takes runs.
     *
     * @param key its CUDA UUID, or {@code cpu}; a share's ends with its number, such as {@code /2}
     * @param worker null: nobody has it now
     * @param memory bytes of one slot
     * @param state whether it may be given a lease
     * @param quarantined whether it was set aside: used only where there is no other
     * @param offers names that its host has, as {@link Waiter#needs}
     */
    public record Device(
            UUID id,
            String host,
            String key,
            String kind,
            @Nullable UUID worker,
            long memory,
            int slots,
            State state,
            boolean quarantined,
            Map<String, String> labels,
            Set<String> offers) {
        private static final Pattern SHARE = Pattern.compile("/\\d{1,2}$");

        /** Why there is no lease to be had. */
        public enum State {
            /** There is. */
            USABLE,
            /** Its worker is heard, but a person drained it. */
            DRAINED,
            /** A person works there. */
            HELD,
            /** Others than this lab use it. */
            BUSY_ELSEWHERE,
            /** Its worker is not heard. */
            LOST
        }

        public boolean usable() {
            return state == State.USABLE;
        }

        String name() {
            return key + " on " + host;
        }

        /** What shares one memory: the shares of a GPU are devices of their own. */
        String board() {
            return host + "|"
                    + (key.startsWith("MIG-GPU-") ? key : SHARE.matcher(key).replaceFirst(""));
        }
    }

    /**
     * A run that holds a slot.
     *
     * @param priorityClass that it was granted as: one that had waited so long that it counted as normal still does
     * @param memory bytes that it asked for; 0: its slot's share
     * @param secured when its last checkpoint was made; before there is one when its lease was granted
     * @param yieldsTo the run for which it was asked to give its device back
     * @param ending whether it is asked to pause or to stop anyway
     * @param left seconds that it will still take; null: nobody knows
     */
    public record Going(
            UUID run,
            UUID device,
            int slot,
            Account account,
            @Nullable UUID sweep,
            PriorityClass priorityClass,
            boolean preemptible,
            long memory,
            Instant granted,
            Instant secured,
            @Nullable UUID yieldsTo,
            boolean ending,
            @Nullable Double left) {}
}
