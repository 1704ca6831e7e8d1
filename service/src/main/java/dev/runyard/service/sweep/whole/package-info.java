/** All of a sweep at once, however many runs it has: what its page draws, and what became of it over time. */
@NullMarked
package dev.runyard.service.sweep.whole;

import org.jspecify.annotations.NullMarked;
