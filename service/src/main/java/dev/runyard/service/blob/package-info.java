/** Files that runs leave behind: content-addressed blobs on a folder, checkpoints and artifacts that refer to them. */
@NullMarked
package dev.runyard.service.blob;

import org.jspecify.annotations.NullMarked;
