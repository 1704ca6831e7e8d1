/** Named arrays in safetensors files: a strict reader and a deterministic writer, plain Java, no native code. */
@NullMarked
package dev.runyard.vision.tensor;

import org.jspecify.annotations.NullMarked;
