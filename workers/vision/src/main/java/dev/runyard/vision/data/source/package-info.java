/** Where files come from: a folder, a zip, a MAT file; what is in it, and what of that is noise. */
@NullMarked
package dev.runyard.vision.data.source;

import org.jspecify.annotations.NullMarked;
