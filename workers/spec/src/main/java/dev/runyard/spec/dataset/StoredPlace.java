package dev.runyard.spec.dataset;

import org.jspecify.annotations.Nullable;

/**
 * A data set, or a file of weights, that the lab's artifact store has under a name; for hosts that have no place of their own for it.
 *
 * @param need what specs that name it need: {@code dataset:birds}, {@code weights:clip-b32}
 * @param sha256 of what is stored: a zip of the data set's folder, or the file of weights; 64 lower-case hex digits
 * @param size of that in bytes
 * @param id how the data set is read, as a spec's {@code dataset.id}; null for weights
 */
public record StoredPlace(
        String need, String sha256, long size, @Nullable String id) {}
