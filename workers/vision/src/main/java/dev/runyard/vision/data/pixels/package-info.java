/** From files to pixels: decoded, kept in memory or in a cache. */
@NullMarked
package dev.runyard.vision.data.pixels;

import org.jspecify.annotations.NullMarked;
