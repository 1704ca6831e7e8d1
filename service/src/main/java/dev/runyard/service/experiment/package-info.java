/** Projects and experiments: the names that runs are listed under. */
@NullMarked
package dev.runyard.service.experiment;

import org.jspecify.annotations.NullMarked;
