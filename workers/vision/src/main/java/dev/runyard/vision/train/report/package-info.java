/** What a training tells while it goes, and why it ends when it fails. */
@NullMarked
package dev.runyard.vision.train.report;

import org.jspecify.annotations.NullMarked;
