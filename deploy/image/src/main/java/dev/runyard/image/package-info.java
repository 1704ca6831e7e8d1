/** Container images of what Maven built, made without a container engine. */
@NullMarked
package dev.runyard.image;

import org.jspecify.annotations.NullMarked;
