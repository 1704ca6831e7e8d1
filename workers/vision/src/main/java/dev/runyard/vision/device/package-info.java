/** What this machine can compute on, and the native libraries for it: found, chosen and judged in this one place. */
@NullMarked
package dev.runyard.vision.device;

import org.jspecify.annotations.NullMarked;
