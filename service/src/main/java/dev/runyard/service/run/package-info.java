/** Runs: their rows, the only ways between their states, their list, and what a worker says about an attempt and prints. */
@NullMarked
package dev.runyard.service.run;

import org.jspecify.annotations.NullMarked;
