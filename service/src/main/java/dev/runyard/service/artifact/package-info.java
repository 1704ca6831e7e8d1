/** Files that runs leave behind: content-addressed blobs on a folder, checkpoints and artifacts that refer to them, log lines. */
@NullMarked
package dev.runyard.service.artifact;

import org.jspecify.annotations.NullMarked;
