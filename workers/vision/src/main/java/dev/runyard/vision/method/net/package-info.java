/** The small trainable networks and how their tensors are drawn, kept and read back. */
@NullMarked
package dev.runyard.vision.method.net;

import org.jspecify.annotations.NullMarked;
