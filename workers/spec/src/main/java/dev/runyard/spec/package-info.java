/** What one run is asked to do. Every record checks itself; {@link dev.runyard.spec.InvalidSpec} says what to change. */
@NullMarked
package dev.runyard.spec;

import org.jspecify.annotations.NullMarked;
