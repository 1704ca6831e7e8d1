package dev.runyard.spec.training;

import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;

/** When a training ends before its last epoch: after so many validations in a row without a better one (Prechelt 1998, UP). */
public record EarlyStoppingSpec(
        @Doc(
                value =
                        "Validations in a row without a better one that end the training: a higher val/top1, or a lower val/loss with select best-val-loss.",
                min = 1,
                max = 100_000)
        Integer patience) {
    public EarlyStoppingSpec {
        patience = Defaults.or(patience, 10);
        Bounds.check(EarlyStoppingSpec.class, "patience", patience);
    }
}
