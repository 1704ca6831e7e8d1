/** A lab that does not exist, on which the scheduling is tried. */
@NullMarked
package dev.runyard.service.scheduling.simulation;

import org.jspecify.annotations.NullMarked;
