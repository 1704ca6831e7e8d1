/** A project as a folder of files that outlive the lab. */
@NullMarked
package dev.runyard.cli.project;

import org.jspecify.annotations.NullMarked;
