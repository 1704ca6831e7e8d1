/** Tasks on a finished run as a lab carries them out: evaluate, analyse, invert. */
@NullMarked
package dev.runyard.vision.look;

import org.jspecify.annotations.NullMarked;
