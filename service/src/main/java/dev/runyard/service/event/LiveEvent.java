package dev.runyard.service.event;

import org.jspecify.annotations.Nullable;

/**
 * One message of the stream.
 *
 * @param type run, sweep, experiment, device, metric, resync or ping
 * @param id seq of the event row; null where the message has no row to be replayed from
 * @param data a small JSON object
 */
record LiveEvent(String type, @Nullable Long id, String data) {
    /** Something was left out: read anew what is shown. */
    static final LiveEvent RESYNC = new LiveEvent("resync", null, "{}");

    static final LiveEvent PING = new LiveEvent("ping", null, "{}");
}
