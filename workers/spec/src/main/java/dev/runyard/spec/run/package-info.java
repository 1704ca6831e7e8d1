/** What one run is asked to do, as it was written and as it is read, and the states it goes through. */
@NullMarked
package dev.runyard.spec.run;

import org.jspecify.annotations.NullMarked;
