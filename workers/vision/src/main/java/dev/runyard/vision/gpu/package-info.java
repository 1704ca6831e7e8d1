/** The CUDA devices of this machine. */
@NullMarked
package dev.runyard.vision.gpu;

import org.jspecify.annotations.NullMarked;
