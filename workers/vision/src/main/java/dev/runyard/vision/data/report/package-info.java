/** What a person is shown of a data set. */
@NullMarked
package dev.runyard.vision.data.report;

import org.jspecify.annotations.NullMarked;
