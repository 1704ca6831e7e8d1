/** From images to arrays where the computing happens: threads that decode, batches made ahead, the one loop that looks at images. */
@NullMarked
package dev.runyard.vision.feed;

import org.jspecify.annotations.NullMarked;
