/** Pictures of numbers, described once and written as PNG and as SVG. Plain Java: no array engine, no screen, no fonts needed. */
@NullMarked
package dev.runyard.vision.plot;

import org.jspecify.annotations.NullMarked;
