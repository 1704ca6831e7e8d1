package dev.runyard.service.sweep.rung;

import dev.runyard.spec.run.RunState;
import java.util.UUID;

/**
 * What a run reported, at a place that is not booked yet.
 *
 * @param index of the run in its sweep
 * @param epochs of the whole run; a program has no last one
 * @param spared whether a person took it up again
 * @param place an epoch; of a program that reports steps, the place of {@link dev.runyard.spec.pruner.Pruner#place}
 * @param steps whether the place is one of steps
 * @param time microseconds since 1970, of the client's clock
 */
public record Report(
        UUID run,
        int index,
        int epochs,
        RunState state,
        boolean spared,
        int place,
        boolean steps,
        double value,
        long time) {}
