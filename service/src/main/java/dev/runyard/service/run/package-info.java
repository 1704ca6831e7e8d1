/** Runs: their rows, what acts in them, the only ways between their states, who is to blame, and why one waits. */
@NullMarked
package dev.runyard.service.run;

import org.jspecify.annotations.NullMarked;
