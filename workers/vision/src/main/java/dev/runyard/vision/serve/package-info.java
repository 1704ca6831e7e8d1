/**
 * The side that has the model, in a deployment of two sides (paper §3.3): it holds a frozen model and nothing else. It knows no PGN, no
 * library, no label and no task.
 */
@NullMarked
package dev.runyard.vision.serve;

import org.jspecify.annotations.NullMarked;
