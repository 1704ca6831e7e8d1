/** What runs reported that a pruner has not seen yet. */
@NullMarked
package dev.runyard.service.sweep.rung;

import org.jspecify.annotations.NullMarked;
