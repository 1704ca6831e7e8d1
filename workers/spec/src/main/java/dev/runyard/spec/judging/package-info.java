/** What follows from a model's scores of labelled images: accuracies, calibration, confusion, intervals and tests. */
@NullMarked
package dev.runyard.spec.judging;

import org.jspecify.annotations.NullMarked;
