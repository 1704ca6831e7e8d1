/** Which run gets which free slot, and the loops that see to it. */
@NullMarked
package dev.runyard.service.scheduling;

import org.jspecify.annotations.NullMarked;
