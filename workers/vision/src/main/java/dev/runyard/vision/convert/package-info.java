/** PyTorch's files of weights as safetensors, by a reader that builds tensors, containers, numbers and strings and nothing else. */
@NullMarked
package dev.runyard.vision.convert;

import org.jspecify.annotations.NullMarked;
