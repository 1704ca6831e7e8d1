package dev.runyard.service.event;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One message of the stream.
 *
 * @param type run, sweep, experiment, device, metric, resync or ping
 * @param id seq of the event row; null where the message has no row to be replayed from
 * @param data a small JSON object
 * @param project that it is of; null: of the lab, for all to hear
 */
record LiveEvent(
        String type,
        @Nullable Long id,
        String data,
        @Nullable UUID project) {
    /** Something was left out: read anew what is shown. */
    static final LiveEvent RESYNC = new LiveEvent("resync", null, "{}", null);

    static final LiveEvent PING = new LiveEvent("ping", null, "{}", null);
}
