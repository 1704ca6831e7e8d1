/** Frozen vision transformers, read from safetensors of four ecosystems. */
@NullMarked
package dev.runyard.vision.backbone;

import org.jspecify.annotations.NullMarked;
