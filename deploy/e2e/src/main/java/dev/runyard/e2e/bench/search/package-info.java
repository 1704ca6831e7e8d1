/** Samplers and pruners beside Optuna and chance. */
@NullMarked
package dev.runyard.e2e.bench.search;

import org.jspecify.annotations.NullMarked;
