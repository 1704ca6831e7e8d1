/** Programs that {@code deploy/bench} times from outside. */
@NullMarked
package dev.runyard.vision.bench;

import org.jspecify.annotations.NullMarked;
