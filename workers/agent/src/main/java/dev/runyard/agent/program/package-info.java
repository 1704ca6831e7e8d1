/** Programs that are not ours, run as attempts: their processes, what they print, the folders that they keep. */
@NullMarked
package dev.runyard.agent.program;

import org.jspecify.annotations.NullMarked;
