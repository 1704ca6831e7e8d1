/** What a sweep draws its points from, and when it has enough: nothing here makes a run. */
@NullMarked
package dev.runyard.service.sweep.draw;

import org.jspecify.annotations.NullMarked;
