/** Tests between samples and the correction of many of them: pure, and equal to scipy. */
@NullMarked
package dev.runyard.spec.statistics;

import org.jspecify.annotations.NullMarked;
