/** Downloads that can be resumed and are verified, archives that are unpacked with care, and the table of what can be fetched. */
@NullMarked
package dev.runyard.vision.fetch;

import org.jspecify.annotations.NullMarked;
