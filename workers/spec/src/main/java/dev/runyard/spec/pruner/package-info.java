/** When a run is not worth going on with: pure functions of what runs reported at the same epochs. */
@NullMarked
package dev.runyard.spec.pruner;

import org.jspecify.annotations.NullMarked;
