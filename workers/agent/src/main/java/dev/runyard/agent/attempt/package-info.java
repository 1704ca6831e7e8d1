/** One attempt from its start to its reported end. */
@NullMarked
package dev.runyard.agent.attempt;

import org.jspecify.annotations.NullMarked;
