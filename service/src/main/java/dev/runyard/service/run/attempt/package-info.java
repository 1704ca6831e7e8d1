/** What a worker says about an attempt, and what the attempt prints. */
@NullMarked
package dev.runyard.service.run.attempt;

import org.jspecify.annotations.NullMarked;
