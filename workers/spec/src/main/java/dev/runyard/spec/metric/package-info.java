/** What is measured: the points that travel, and what each name means. */
@NullMarked
package dev.runyard.spec.metric;

import org.jspecify.annotations.NullMarked;
