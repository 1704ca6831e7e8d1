/** Small backbones from scratch: supervised, contrastive with texts, and by self-distillation. */
@NullMarked
package dev.runyard.vision.pretrain;

import org.jspecify.annotations.NullMarked;
