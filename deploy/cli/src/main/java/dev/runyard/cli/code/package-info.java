/** A program's files, packed as they are when it is submitted. */
@NullMarked
package dev.runyard.cli.code;

import org.jspecify.annotations.NullMarked;
