/** Images with labels: the layouts data sets come in, the splits, a cache of decoded pixels, and a task that is rendered. */
@NullMarked
package dev.runyard.vision.data;

import org.jspecify.annotations.NullMarked;
