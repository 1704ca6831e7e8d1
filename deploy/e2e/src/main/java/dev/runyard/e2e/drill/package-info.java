/** Kills the parts of a lab while a sweep runs, and proves that nothing was lost. */
@NullMarked
package dev.runyard.e2e.drill;

import org.jspecify.annotations.NullMarked;
