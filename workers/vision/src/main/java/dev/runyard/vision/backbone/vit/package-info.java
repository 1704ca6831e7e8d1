/** The vision transformer and the ways in which it is run. */
@NullMarked
package dev.runyard.vision.backbone.vit;

import org.jspecify.annotations.NullMarked;
