/** What is minimised, and the solver for what has a closed problem. */
@NullMarked
package dev.runyard.vision.method.solver;

import org.jspecify.annotations.NullMarked;
