/** Runs of other trackers, taken over into a lab: each source is a {@link dev.runyard.cli.importing.Tracker}. */
@NullMarked
package dev.runyard.cli.importing;

import org.jspecify.annotations.NullMarked;
