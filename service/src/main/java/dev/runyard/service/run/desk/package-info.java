/** Keeping order among runs: renamed, tagged, starred, pinned, put away, thrown away, fetched back; one or many at once. */
@NullMarked
package dev.runyard.service.run.desk;

import org.jspecify.annotations.NullMarked;
