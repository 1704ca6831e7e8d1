/** One curve of one run: its points, or buckets that keep extremes, and ghosts of older attempts. */
@NullMarked
package dev.runyard.service.metric.history;

import org.jspecify.annotations.NullMarked;
